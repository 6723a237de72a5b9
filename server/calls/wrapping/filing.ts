import { recordCustomer } from '../../customers/actions.ts'
import type { CustomerId, TicketId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { refusal } from '../../kernel/refusal.ts'
import { need } from '../../platform/actor.ts'
import type { Tx } from '../../schema.ts'
import { enterTicket } from '../../tickets/actions.ts'
import { addNote } from '../../tickets/messages/actions.ts'
import { getTicket } from '../../tickets/queries.ts'
import { customersAt } from './queries.ts'

/** Where what was said goes: a request of its own, of somebody known or new, or one that is there. */
export type Target =
  | {
      readonly kind: 'new'
      /** Of the customers with this number; null: somebody of this name. */
      readonly customerId: CustomerId | null
      readonly name: string
      readonly language: Language
      readonly question: string
      readonly clientId: string
    }
  | { readonly kind: 'ticket'; readonly ticketId: TicketId; readonly clientId: string }

/** Files it, with what was noted while talking as a note among colleagues. */
export async function fileInto(
  tx: Tx,
  target: Target,
  { number, note }: { number: string | null; note: string },
): Promise<TicketId> {
  need(tx, 'ticket.enter')
  const ticketId = target.kind === 'new' ? await enter(tx, target, number) : target.ticketId
  if (target.kind === 'ticket' && (await getTicket(tx.db, ticketId)).erasedAt)
    throw refusal('privacy.erased', {}, 'ticket')
  const said = note.trim()
  const isSaid = target.kind === 'new' && target.question.trim() === said
  if (said !== '' && !isSaid) await addNote(tx, { ticketId, body: note, clientId: target.clientId })
  return ticketId
}

async function enter(tx: Tx, target: Target & { kind: 'new' }, number: string | null): Promise<TicketId> {
  const { language, question, clientId, name } = target
  if (question.trim() === '') throw refusal('calls.question_missing', {}, 'question')
  const contact = number?.startsWith('+') ? ({ kind: 'phone', value: number } as const) : null
  const known = target.customerId
    ? (await customersAt(tx.db, number)).find(({ id }) => id === target.customerId)
    : undefined
  if (target.customerId && !known) throw refusal('calls.not_of_this_number', {}, 'who')
  if (!known && name.trim() === '') throw refusal('calls.name_missing', {}, 'name')
  const customerId = known?.id ?? (await recordCustomer(tx, { name, language, contact }))
  return (await enterTicket(tx, { customerId, language, categoryId: null, question, clientId })).ticketId
}
