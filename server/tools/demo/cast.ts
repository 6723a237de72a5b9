import type { CategoryId, CustomerId, ShiftId, StaffId } from '../../kernel/ids.ts'

/** Somebody who was on the customer-service post at that time. */
export type Agent = {
  readonly staffId: StaffId
  readonly shiftId: ShiftId
  readonly name: string
  readonly nameEn: string
}

export type Cast = {
  readonly customerId: CustomerId
  readonly categoryId: CategoryId
  readonly agents: readonly Agent[]
  readonly zone: string
}

/** One line of a conversation at its time. */
export type Line = { at: Date; agent?: Agent; text?: string; code?: string; details?: Record<string, string> }
