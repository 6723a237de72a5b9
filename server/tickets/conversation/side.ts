import { REVEAL_REASONS, shown } from '../../customers/privacy/rules.ts'
import { contactsOf, customerOf, sameContact } from '../../customers/queries.ts'
import { clockTime } from '../../i18n/instants.ts'
import { SECOND } from '../../kernel/time.ts'
import type { SignedIn } from '../../web/env.ts'
import type { Aside, House } from './around.ts'
import { owedOf } from './owed.ts'
import { listEarlier, listParts } from './queries.ts'
import type { SeenTicket } from './reading.ts'
import { zoneOfPhone } from './rules.ts'

const EARLIER = 6

/** Who the customer is, what they are still owed, and what other features know about it. */
export async function sideOf(house: House, me: SignedIn, ticket: SeenTicket, asides: readonly Aside[]) {
  const { db, clock } = house
  const [owed, inserts, customer, contacts, earlier, parts, twins] = await Promise.all([
    owedOf(house, ticket),
    Promise.all(asides.map((aside) => aside(house, me, ticket))),
    customerOf(db, ticket.customer_id),
    contactsOf(db, ticket.customer_id),
    listEarlier(db, ticket.customer_id, ticket.id, EARLIER),
    listParts(db, ticket.id),
    sameContact(db, ticket.customer_id, EARLIER),
  ])
  const phone = contacts.find(({ kind }) => kind === 'phone')
  const zone = phone ? zoneOfPhone(phone.value) : null
  return {
    ...owed,
    inserts: inserts.filter((one) => one !== null),
    customer: { ...customer, name: ticket.veil.name },
    contacts: contacts.map((one) => ({
      ...one,
      value: ticket.veil.contact(one.value),
      link: ticket.veil.inFull ? `${one.kind === 'phone' ? 'tel' : 'mailto'}:${one.value}` : null,
    })),
    earlier: earlier.map((one) => ({ ...one, subject: ticket.veil.words(one.subject) })),
    parts,
    // Nobody has proved that they are one: those others stay masked.
    twins: twins.map((one) => ({ ...one, name: shown('name', one.name, me.capabilities.has('customer.read')) })),
    mayReveal: !ticket.erasedAt && !ticket.veil.inFull && me.capabilities.has('customer.reveal'),
    revealReasons: REVEAL_REASONS,
    revealed: ticket.revealedUntil && {
      until: ticket.revealedUntil,
      seconds: Math.ceil((ticket.revealedUntil.getTime() - clock.now().getTime()) / SECOND) + 1,
    },
    theirTime: zone ? { zone, time: clockTime(clock.now(), zone) } : null,
  }
}
