import { createHmac } from 'node:crypto'
import { SECOND } from '../../kernel/time.ts'

/** Issue of the code: a new one every half minute; the one before and the one after are taken as well. */
export const CODE_SECONDS = 30
const DIGITS = 6

export const stepAt = (now: Date): number => Math.floor(now.getTime() / (CODE_SECONDS * SECOND))

/** HMAC of place and step, as six digits: a photo of it is worth nothing a minute later. */
export function codeOf({ id, secret }: { id: string; secret: Buffer }, step: number): string {
  const hash = createHmac('sha256', secret).update(`${id}:${step}`).digest()
  return (hash.readUInt32BE(0) % 10 ** DIGITS).toString().padStart(DIGITS, '0')
}

/** The place whose code of about now this is. */
export const placeOfCode = <Place extends { id: string; secret: Buffer }>(
  places: readonly Place[],
  code: string,
  now: Date,
): Place | undefined => places.find((place) => [-1, 0, 1].some((off) => codeOf(place, stepAt(now) + off) === code))
