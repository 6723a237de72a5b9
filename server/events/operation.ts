import type { StaffId } from '../kernel/ids.ts'

export type OperationEvents = {
  'job.repeated': { queue: 'react' | 'due' | 'appraisal' | 'roster'; by: StaffId }
}
