import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * What ties the letters of one conversation together, in both directions: a `Message-ID` (RFC 5322) and a plus address
 * for answers, each signed, so that nobody outside can make one up and be taken for part of somebody's conversation.
 */
export type Thread = { readonly about: string; readonly letter: string }

const SIGN_LETTERS = 22

/** `<t42.7.sign@host>`: letter 7 about conversation 42. */
export const messageIdOf = (secret: Buffer, { about, letter }: Thread, host: string): string =>
  `<t${about}.${letter}.${sign(secret, `${about}.${letter}`)}@${host}>`

/** `desk+t42.sign@host`, where answers about conversation 42 go. */
export const answerAddress = (secret: Buffer, about: string, address: string): string => {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, at)}+t${about}.${sign(secret, about)}${address.slice(at)}`
}

/** The conversation that a `Message-ID`, or one of those in `In-Reply-To` and `References`, belongs to; null where none is ours. */
export function readMessageIds(secret: Buffer, header: string): Thread | null {
  for (const [, about = '', letter = '', said = ''] of header.matchAll(/<t(\d+)\.(\d+)\.([\w-]+)@[^>\s]+>/g))
    if (isSigned(secret, `${about}.${letter}`, said)) return { about, letter }
  return null
}

/** The conversation of an address that answers go to; null where it is not one of ours. */
export function readAnswerAddress(secret: Buffer, address: string): string | null {
  const [, about = '', said = ''] = /\+t(\d+)\.([\w-]+)@/.exec(address) ?? []
  return about && isSigned(secret, about, said) ? about : null
}

const sign = (secret: Buffer, text: string): string =>
  createHmac('sha256', secret).update(`mail:${text}`).digest('base64url').slice(0, SIGN_LETTERS)

function isSigned(secret: Buffer, text: string, said: string): boolean {
  const good = Buffer.from(sign(secret, text))
  const given = Buffer.from(said)
  return good.length === given.length && timingSafeEqual(good, given)
}
