import type { ShiftId } from '../kernel/ids.ts'
import type { Reader } from '../schema.ts'
import type { Owed } from './queries.ts'

/** What a shift brings with it, as one feature knows it: asked when it is planned or changed; nothing where the shift is gone. */
export type OfShift = (db: Reader, shiftId: ShiftId, now: Date) => Promise<readonly Owed[]>

/** Everything that a shift brings with it, whoever knows of it. */
export async function owedByShift(
  contributors: readonly OfShift[],
  db: Reader,
  shiftId: ShiftId,
  now: Date,
): Promise<Owed[]> {
  const owed: Owed[] = []
  for (const ofShift of contributors)
    owed.push(...(await ofShift(db, shiftId, now)).map((one) => ({ ...one, shiftId })))
  return owed
}
