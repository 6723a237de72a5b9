import { contactIn } from '../customers/rules.ts'

/** What a line calls somebody who does not show their number. */
const HIDDEN =
  /^(anonymous|anonym|unknown|unavailable|restricted|private|withheld|hidden|blocked|\+?266696687|未知|匿名)?$/i
const SHORTEST = 3
const LONGEST = 20

/**
 * The number of the other side as we keep it: E.164 where it is one, else the digits as they are dialled (95588, 10086);
 * null where they do not show it. A caller id is a hint and never an identity.
 */
export function numberIn(given: string): string | null {
  const said = given.normalize('NFKC').trim()
  const user = /^(?:sips?|tel|client):([^@;>]*)/i.exec(said.replace(/^.*</, ''))?.[1] ?? said
  const plain = user.replace(/[\s().\-/]/g, '')
  if (HIDDEN.test(plain)) return null
  const known = contactIn(asDialled(plain))
  if (known?.kind === 'phone') return known.value
  const digits = plain.replace(/\D/g, '')
  return digits.length >= SHORTEST && digits.length <= LONGEST ? digits : null
}

/** Exchanges put prefixes in front: 00 for abroad, 86 without a plus, 0 before a mobile of another town. */
function asDialled(plain: string): string {
  if (/^00[1-9]\d{6,}$/.test(plain)) return `+${plain.slice(2)}`
  if (/^0?86(1[3-9]\d{9}|0?[2-9]\d{8,10}|400\d{7})$/.test(plain))
    return `+${plain.replace(/^0?86/, '86').replace(/^860/, '86')}`
  return plain.replace(/^0(1[3-9]\d{9})$/, '$1')
}
