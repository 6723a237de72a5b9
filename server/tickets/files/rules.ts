import { type Refusal, refusal } from '../../kernel/refusal.ts'

/** What the conversation says of a file: enough to show it before it is fetched. All of it goes when the message goes. */
export type FileDetails = {
  /** Id in `platform/files.ts`. */
  readonly file: string
  readonly type: string
  readonly bytes: number
  readonly width?: number
  readonly height?: number
}
export const FILE_CODE = 'file'

export const FILE_BYTES = 10_000_000
/** A conversation is no archive. */
export const FILES_A_TICKET = 100
const NAME_LETTERS = 120

/**
 * The name as it is shown and offered for keeping: the last part of whatever path it came with, without what could end a
 * header, turn the reading direction or hide its ending.
 */
export function fileName(given: string, type: string): string {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const clean = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').trim()
  const ending = ENDINGS[type] ?? ''
  const stem = clean
    .replace(/\.[\p{L}\p{N}]{1,8}$/u, '')
    .slice(0, NAME_LETTERS)
    .trim()
  const own = /\.[\p{L}\p{N}]{1,8}$/u.exec(clean)?.[0] ?? ''
  const kept = type === 'text/plain' && own !== '' ? own : same(own, type) ? own : ending
  return `${stem.replace(/^\.+/, '') || 'file'}${kept}`
}

const ENDINGS: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/webp': '.webp',
  'image/gif': '.gif',
  'application/pdf': '.pdf',
  'text/plain': '.txt',
  'audio/wav': '.wav',
  'audio/mpeg': '.mp3',
  'audio/ogg': '.ogg',
  'audio/mp4': '.m4a',
  'audio/amr': '.amr',
  'audio/flac': '.flac',
}
// A picture keeps the ending that it came with only where it says what it is.
const same = (ending: string, type: string): boolean =>
  ending.toLowerCase() === ENDINGS[type] || (type === 'image/jpeg' && ending.toLowerCase() === '.jpeg')

export const whyNotAttach = (reason: 'empty' | 'type' | 'broken' | 'too_many'): Refusal =>
  refusal(`tickets.file_${reason}`, reason === 'too_many' ? { count: FILES_A_TICKET } : {}, 'file')
