import type { StaffId } from '../kernel/ids.ts'

export type SettingEvents = {
  'setting.changed': { by: StaffId }
}
