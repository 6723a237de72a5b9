import { isUtf8 } from 'node:buffer'

/** What may be attached: its bytes as we keep them, told by what they are and never by their name (RELIABILITY 16). */
export type Attachment = {
  readonly bytes: Buffer
  readonly type: AttachmentType
  /** Of pictures, in pixels. */
  readonly width?: number
  readonly height?: number
}
export type AttachmentType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif' | 'application/pdf' | 'text/plain'
export type Unattachable = 'empty' | 'type' | 'broken'

/** What a decoder may be asked to unfold, over all frames: whatever a small file claims to be. */
const PIXELS = 60_000_000
const LONGEST_SIDE = 2560
/** Text has tabs, lines, pages and the colours of a terminal; any other control character makes it a program's file. */
const CONTROLS_OF_TEXT = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b])
const isText = (bytes: Buffer): boolean =>
  isUtf8(bytes) && bytes.every((byte) => byte >= 0x20 || CONTROLS_OF_TEXT.has(byte))

/**
 * A picture is drawn again within `LONGEST_SIDE`: neither metadata (a phone writes its place into each) nor what hides
 * behind it is left. A PDF and a text stay as they are and are only ever handed out for keeping.
 */
export async function readAttachment(given: Uint8Array): Promise<Attachment | Unattachable> {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  if (bytes.length === 0) return 'empty'
  const format = pictureFormat(bytes)
  if (format) return drawAgain(bytes, format)
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-') return { bytes, type: 'application/pdf' }
  if (isText(bytes)) return { bytes, type: 'text/plain' }
  return 'type'
}

type Format = 'png' | 'jpeg' | 'webp' | 'gif'

async function drawAgain(bytes: Buffer, format: Format): Promise<Attachment | Unattachable> {
  const { default: sharp } = await import('sharp')
  const moves = format === 'gif' || format === 'webp'
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: PIXELS, failOn: 'error', animated: moves })
      .rotate()
      .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside', withoutEnlargement: true })
      .toFormat(format)
      .toBuffer({ resolveWithObject: true })
    return { bytes: data, type: `image/${format}`, width: info.width, height: info.pageHeight ?? info.height }
  } catch {
    return 'broken' // sharp says why in its own words; the sender can only send another one
  }
}

function pictureFormat(bytes: Buffer): Format | undefined {
  const at = (from: number, to: number): string => bytes.subarray(from, to).toString('latin1')
  if (at(0, 8) === '\x89PNG\r\n\x1a\n') return 'png'
  if (at(0, 3) === '\xff\xd8\xff') return 'jpeg'
  if (at(0, 4) === 'RIFF' && at(8, 12) === 'WEBP') return 'webp'
  if (at(0, 6) === 'GIF87a' || at(0, 6) === 'GIF89a') return 'gif'
  return undefined
}

export type AudioType = 'audio/wav' | 'audio/mpeg' | 'audio/ogg' | 'audio/mp4' | 'audio/amr' | 'audio/flac'

/** Sound, told by its first bytes; undefined where it is none, whatever it was called. */
export function audioType(given: Uint8Array): AudioType | undefined {
  const bytes = Buffer.from(given.buffer, given.byteOffset, Math.min(given.byteLength, 16))
  const at = (from: number, to: number): string => bytes.subarray(from, to).toString('latin1')
  if (at(0, 4) === 'RIFF' && at(8, 12) === 'WAVE') return 'audio/wav'
  if (at(0, 4) === 'OggS') return 'audio/ogg'
  if (at(0, 4) === 'fLaC') return 'audio/flac'
  if (at(0, 5) === '#!AMR') return 'audio/amr'
  if (at(4, 8) === 'ftyp') return /^(M4A |mp4|isom|iso\d|3gp)/.test(at(8, 12)) ? 'audio/mp4' : undefined
  // An MP3 begins with its tag or with a frame: eleven bits of synchronisation, then a layer that exists.
  const frame = bytes.length > 2 && bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe6) > 0xe0
  return at(0, 3) === 'ID3' || frame ? 'audio/mpeg' : undefined
}
