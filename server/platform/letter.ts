import type { HeaderLines, ParsedMail } from 'mailparser'
import type { Address, Letter, LetterFile } from '../kernel/letter.ts'

/** HTML longer than this is not laid out as text, only freed of its marks. */
const HTML_LETTERS = 2_000_000
const BARE_LETTERS = 200_000
const MOST_FILES = 500

/**
 * A letter as it came over the line, read as well as it can be: also cut off in the middle, without a charset, or with one
 * that is not true. Of one whose parts nobody can take apart only the head is left.
 */
export async function readLetter(raw: Buffer): Promise<Letter> {
  const parsed = await parse(raw).catch(() => null) // parts within parts without end
  if (!parsed) return { ...letterOf(await parse(headOf(raw))), whole: false }
  const better = isGarbled(parsed) ? await parse(withChineseCharset(raw)) : parsed
  return letterOf(garbledIn(better) < garbledIn(parsed) ? better : parsed)
}

// Loaded with the first letter: the program starts sooner without it.
async function parse(raw: Buffer): Promise<ParsedMail> {
  const { simpleParser } = await import('mailparser')
  return simpleParser(raw, { skipTextToHtml: true, skipImageLinks: true, maxHtmlLengthToParse: HTML_LETTERS })
}

const HEAD_BYTES = 100_000
function headOf(raw: Buffer): Buffer {
  const [head = ''] = raw
    .subarray(0, HEAD_BYTES)
    .toString('latin1')
    .split(/\r?\n\r?\n/, 1)
  return Buffer.from(`${head.replace(/^content-type:/gim, 'X-Content-Type:')}\r\n\r\n`, 'latin1')
}

const GARBLED = '\ufffd'
const garbledIn = ({ subject = '', text = '', from }: ParsedMail): number =>
  `${subject}${text.slice(0, BARE_LETTERS)}${from?.text ?? ''}`.split(GARBLED).length - 1
const isGarbled = (parsed: ParsedMail): boolean => garbledIn(parsed) > 0

/**
 * What is neither UTF-8 nor says what it is comes, where Chinese is written, as GB18030. Headers are recoded as they are,
 * and parts of text that name no charset of their own, or a wrong one, are called by this name.
 */
function withChineseCharset(raw: Buffer): Buffer {
  const all = raw.toString('latin1')
  const end = /\r?\n\r?\n/.exec(all)?.index ?? all.length
  const head = recoded(Buffer.from(all.slice(0, end), 'latin1'))
  const typed = /^content-type:/im.test(head) ? head : `${head}\r\nContent-Type: text/plain`
  return Buffer.concat([Buffer.from(named(typed)), Buffer.from(named(all.slice(end)), 'latin1')])
}

const named = (text: string): string =>
  text.replace(/^(content-type:[ \t]*text\/(?:plain|html))((?:[^\r\n]|\r?\n[ \t])*)/gim, (all, type, rest) => {
    const charset = /charset\s*=\s*"?([^";\s]+)/i.exec(rest)?.[1]?.toLowerCase()
    if (charset && !/^(utf-?8|us-ascii|ascii|unknown.*|default.*|x-.*)$/.test(charset)) return all
    return `${type}; charset=gb18030${rest.replace(/;?\s*charset\s*=\s*"?[^";\s]*"?/i, '')}`
  })

function recoded(head: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(head)
  } catch {
    return new TextDecoder('gb18030').decode(head) // TypeError is how it says that this is no UTF-8
  }
}

function letterOf(parsed: ParsedMail): Letter {
  const headers = headersOf(parsed.headerLines)
  const all = (names: readonly string[]): string[] => names.flatMap((name) => [...(headers.get(name) ?? [])])
  return {
    from: addressesIn(parsed.from?.value ?? []),
    to: [
      ...[parsed.to ?? [], parsed.cc ?? []]
        .flat()
        .flatMap(({ value }) => addressesIn(value))
        .map(({ address }) => address),
      ...all(['delivered-to', 'x-original-to', 'envelope-to', 'x-delivered-to']),
    ],
    subject: parsed.subject ?? '',
    text: textOf(parsed),
    messageId: parsed.messageId?.trim() || null,
    answers: all(['in-reply-to', 'references']).join(' '),
    headers,
    files: parsed.attachments.slice(0, MOST_FILES).flatMap(fileOf),
    report: reportIn(parsed),
    whole: true,
  }
}

type Found = readonly { address?: string | undefined; name: string; group?: readonly Found[number][] | undefined }[]
const addressesIn = (found: Found): Address[] =>
  found.flatMap(({ address, name, group }) => (group ? addressesIn(group) : address ? [{ name, address }] : []))

function headersOf(lines: HeaderLines): Map<string, string[]> {
  const headers = new Map<string, string[]>()
  for (const { key, line } of lines) {
    const value = line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n\s*/g, ' ')
      .trim()
    headers.set(key, [...(headers.get(key) ?? []), value])
  }
  return headers
}

function textOf({ text, html }: ParsedMail): string {
  if (text?.trim() || !html) return (text ?? '').replace(/\[cid:[^\]\s]*\]/g, '')
  return html
    .slice(0, BARE_LETTERS)
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
}

type Attachment = ParsedMail['attachments'][number]
/** Pictures that only decorate the HTML of the letter are files too: a customer's screenshot comes in the same way. */
const fileOf = ({ filename, contentType, content }: Attachment): LetterFile[] =>
  contentType === 'message/delivery-status' ? [] : [{ name: filename ?? contentType.replace('/', '.'), bytes: content }]

/** A report on delivery (RFC 3464): the letter it is about is in it, whole or only its head. */
function reportIn({ headers, attachments, text = '' }: ParsedMail): Letter['report'] {
  const type = headers.get('content-type')
  const { value, params } = (typeof type === 'object' ? type : {}) as {
    value?: string
    params?: Record<string, string>
  }
  if (value !== 'multipart/report') return null
  const parts = attachments.map(({ content }) => content.toString('utf8'))
  const said = [text, ...parts].join('\n')
  const about = [...said.matchAll(/^(?:message-id|original-message-id|x-original-message-id):\s*(<[^>\s]+>)/gim)]
  const kind = params?.['report-type'] ?? ''
  return {
    about: about.map(([, id]) => id).join(' '),
    failed: kind === 'delivery-status' && /^action:\s*failed/im.test(said),
  }
}
