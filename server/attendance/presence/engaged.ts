import type { StaffId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

/** Whether somebody is seen to be working this moment, as another feature knows it: on the phone. They are asked later. */
export type IsEngaged = (db: Reader, staffId: StaffId, now: Date) => Promise<boolean>
