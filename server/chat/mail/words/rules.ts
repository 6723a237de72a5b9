/** A message of a conversation (RELIABILITY 14); what is beyond becomes a file beside it. */
export const MESSAGE_LETTERS = 4000

/** What the sender wrote themselves: without what they quote and without their signature. All of it where nothing else is left. */
export function ownWords(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\u00a0', ' ').split('\n')
  const own = withoutSignature(withoutQuotes(lines))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  return own || text.replaceAll('\r\n', '\n').trim()
}

const LETTERS_A_LINE = 300
/** `On 24 Nov 2026, at 02:14, Lin Mei wrote:` in the words of those programs that people here use. */
const WROTE = [
  /^(?:on|am|le)\b.{6,}\b(?:wrote|schrieb.*|a écrit)\s?[:：]$/i,
  /^[在于於].*\d.*(?:写道|寫道)\s?[:：]$/,
  /^.*(?:\d{4}|@|<).*(?:写道|寫道)\s?[:：]$/,
]
/** A rule of dashes with words in it: all below it is the letter that is answered. */
const RULED = /^[-_—=*]{2,}\s*(?:original message|original|原始邮件|原邮件|回复的原邮件|原始郵件)\s*[-_—=*]{2,}$/i
const FIELD = /^\s*\*?(from|发件人|寄件者|寄件人|von)\*?\s*[:：]/i
const MORE_FIELDS =
  /^\s*\*?(sent|date|to|cc|subject|发送时间|发送日期|发件时间|日期|时间|收件人|抄送|主题|主旨|gesendet|an|betreff)\*?\s*[:：]/i
const FIELDS_WITHIN = 5

function withoutQuotes(lines: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const head = quoteHeadAt(lines, at)
    if (head === 0) {
      const line = lines[at] ?? ''
      if (!line.startsWith('>')) kept.push(line)
      continue
    }
    const after = firstWords(lines, at + head)
    // Marked line by line, the answer may stand below or between; unmarked, all below is theirs.
    if (!lines[after]?.startsWith('>')) return kept
    at = after - 1
  }
  return kept
}

/** How many lines the beginning of a quote takes here; 0 where none begins. */
function quoteHeadAt(lines: readonly string[], at: number): number {
  for (const count of [1, 2, 3]) {
    const said = lines
      .slice(at, at + count)
      .map((line) => line.replace(/^>+\s?/, '').trim())
      .join(' ')
    if (said.length > LETTERS_A_LINE) break
    if (count === 1 && RULED.test(said)) return 1
    const begins = count === 1 || /^(?:on|am|le)\b|^[在于於]/i.test(said)
    if (begins && WROTE.some((wrote) => wrote.test(said))) return count
  }
  if (!FIELD.test(lines[at] ?? '')) return 0
  const next = lines.slice(at + 1, at + 1 + FIELDS_WITHIN)
  return next.filter((line) => MORE_FIELDS.test(line)).length >= 2 ? 1 : 0
}

const firstWords = (lines: readonly string[], from: number): number => {
  const at = lines.findIndex((line, n) => n >= from && line.trim() !== '')
  return at === -1 ? lines.length : at
}

const SENT_FROM =
  /^(?:sent from my \S.{0,40}|get outlook for \S+|发自我的\S.{0,30}|发自\S{1,20}邮箱.{0,20}|来自\S.{0,20}手机)\.?$/i

function withoutSignature(lines: readonly string[]): string[] {
  const mark = lines.findIndex((line, at) => at > 0 && /^--\s?$/.test(line))
  const kept = mark === -1 ? [...lines] : lines.slice(0, mark)
  while (
    kept.length > 0 &&
    ['', '_'].includes((kept.at(-1) ?? '').trim().slice(0, 1)) &&
    /^_*$/.test((kept.at(-1) ?? '').trim())
  )
    kept.pop()
  if (kept.length > 1 && SENT_FROM.test((kept.at(-1) ?? '').trim())) kept.pop()
  return kept
}

/** As much of it as a message takes, up to the end of a line where one is near. */
export function fitted(words: string): string {
  const letters = Array.from(words)
  if (letters.length <= MESSAGE_LETTERS) return words
  const room = MESSAGE_LETTERS - 1
  const last = letters.slice(0, room).lastIndexOf('\n')
  const end = last > room / 2 ? last : room
  return `${letters.slice(0, end).join('').trimEnd()}…`
}

/** What a new conversation begins with: what it is about, unless the words say so themselves. */
export function questionOf(subject: string, words: string): string {
  const [line = ''] = words.split('\n', 1)
  if (subject === '' || line.trim().toLowerCase().startsWith(subject.toLowerCase())) return words
  return words === '' ? subject : `${subject}\n\n${words}`
}
