import { CAPABILITIES, type Capability } from '../kernel/capabilities.ts'
import type { CustomerId, StaffId, TicketId, VisitorId } from '../kernel/ids.ts'
import { Denied } from '../kernel/refusal.ts'

/** Who acts. A staff actor's capabilities are those of the role plus those of the post while on duty, read at the start of the request. */
export type Actor =
  | { readonly kind: 'staff'; readonly staffId: StaffId; readonly capabilities: ReadonlySet<Capability> }
  | {
      readonly kind: 'visitor'
      readonly visitorId: VisitorId
      readonly customerId: CustomerId | null
      readonly capabilities: ReadonlySet<Capability>
    }
  /** Whoever holds the private link of one request. */
  | { readonly kind: 'link'; readonly ticketId: TicketId; readonly capabilities: ReadonlySet<Capability> }
  | { readonly kind: 'system'; readonly capabilities: ReadonlySet<Capability> }

export const system: Actor = { kind: 'system', capabilities: new Set(CAPABILITIES) }
const none: ReadonlySet<Capability> = new Set()
export const visitorActor = (visitorId: VisitorId, customerId: CustomerId | null): Actor => ({
  kind: 'visitor',
  visitorId,
  customerId,
  capabilities: none,
})
export const linkActor = (ticketId: TicketId): Actor => ({ kind: 'link', ticketId, capabilities: none })
export const staffActor = (staffId: StaffId, capabilities: ReadonlySet<Capability>): Actor => ({
  kind: 'staff',
  staffId,
  capabilities,
})

/** As the event log writes it: `staff:7`, `visitor:3`, `link:42`, `system`. */
export function nameOf(actor: Actor): string {
  switch (actor.kind) {
    case 'staff':
      return `staff:${actor.staffId}`
    case 'visitor':
      return `visitor:${actor.visitorId}`
    case 'link':
      return `link:${actor.ticketId}`
    case 'system':
      return 'system'
  }
}

/** The right to do it, or `Denied` (403). */
export function need({ actor }: { readonly actor: Actor }, capability: Capability): void {
  if (!actor.capabilities.has(capability)) throw new Denied(capability)
}

/** The acting member of staff; `Denied` for everybody else. */
export function staffOf({ actor }: { readonly actor: Actor }): StaffId {
  if (actor.kind !== 'staff') throw new Denied('staff')
  return actor.staffId
}
