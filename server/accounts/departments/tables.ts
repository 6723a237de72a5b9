import type { Rank } from '../../kernel/capabilities.ts'
import type { DepartmentId, StaffId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'

export type Named = { readonly id: StaffId; readonly name: string; readonly nameEn: string }

export type DepartmentFacts = {
  readonly name: Bilingual
  readonly headId: StaffId | null
  readonly nightContactId: StaffId | null
  readonly nightPhone: string | null
  /** Null takes the company's default. */
  readonly acceptMinutes: number | null
  readonly email: string | null
}

/** Somebody who might head it or be called at night. */
export type Candidate = Named & { readonly departmentId: DepartmentId; readonly rank: Rank; readonly active: boolean }
