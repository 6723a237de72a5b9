import type { SessionId, StaffId } from '../kernel/ids.ts'

export type AccountEvents = {
  'session.opened': { sessionId: SessionId; staffId: StaffId }
  'session.ended': { sessionId: SessionId; staffId: StaffId; why: 'signed_out' | 'expired' | 'ended_elsewhere' }
}
