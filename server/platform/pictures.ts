/** A picture that we have drawn anew: nothing of the sender's bytes is left, neither metadata nor what hides behind them. */
export type DrawnPicture = { readonly bytes: Buffer; readonly width: number; readonly height: number }
export type Unreadable = 'not_a_picture' | 'picture_broken'

/** What a decoder may be asked to unfold: 40 megapixels, whatever a small file claims to be. */
const PIXELS = 40_000_000

/**
 * PNG, JPEG or WebP by its first bytes, never by its name, drawn again as PNG within these bounds. Everything else is
 * refused before a decoder sees it, SVG above all: that is a program.
 */
export async function drawPicture(
  bytes: Uint8Array,
  within: { readonly width: number; readonly height: number },
): Promise<DrawnPicture | Unreadable> {
  if (!isPicture(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) return 'not_a_picture'
  const { default: sharp } = await import('sharp') // 150 ms and its memory only where somebody sends a picture
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: PIXELS, failOn: 'error', pages: 1 })
      .rotate()
      .resize({ ...within, fit: 'inside', withoutEnlargement: true })
      .png({ compressionLevel: 9 })
      .toBuffer({ resolveWithObject: true })
    return { bytes: data, width: info.width, height: info.height }
  } catch {
    return 'picture_broken' // sharp says why in its own words; the sender can only send another one
  }
}

function isPicture(bytes: Buffer): boolean {
  const begins = (hex: string, at = 0): boolean =>
    bytes.subarray(at, at + hex.length / 2).equals(Buffer.from(hex, 'hex'))
  const png = begins('89504e470d0a1a0a')
  const jpeg = begins('ffd8ff')
  const webp = begins('52494646') && begins('57454250', 8)
  return png || jpeg || webp
}
