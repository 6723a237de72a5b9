import type { CategoryId, ChangeId, SiteId, StaffId } from '../kernel/ids.ts'

/** `by` is null where the program itself did it. What was there before and is there now stands in `setting_changes`. */
export type SettingEvents = {
  /** A number of the company with both its values; of any other setting only that it changed. */
  'setting.changed': { by: StaffId | null; changeId: ChangeId; from: number | null; to: number | null }
  'category.changed': { by: StaffId | null; changeId: ChangeId; categoryId: CategoryId; what: CategoryChange }
  'site.allowed': { by: StaffId | null; changeId: ChangeId; siteId: SiteId }
  'site.refused': { by: StaffId | null; changeId: ChangeId; siteId: SiteId }
  'terms.published': { by: StaffId | null; changeId: ChangeId; version: number }
}

export type CategoryChange = 'added' | 'edited' | 'moved' | 'switched_off' | 'switched_on' | 'removed'
