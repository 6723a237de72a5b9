import type { StaffId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import type { Insert } from '../../web/inserts.ts'
import { countNamed } from './queries.ts'

/** On a leader's own page, while they were named for something and have not said whether they answer for it; hidden else. */
export const signatureCard = async (db: Reader, staffId: StaffId): Promise<Insert> => ({
  view: 'signatures/card',
  part: 'card',
  values: { named: await countNamed(db, staffId) },
})
