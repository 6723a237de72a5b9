import type { Post } from '../kernel/capabilities.ts'
import type { StaffId, TicketId } from '../kernel/ids.ts'
import { after, type Moves } from '../kernel/machine.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'

export const TICKET_STATES = ['new', 'queued', 'open', 'resolved', 'closed', 'merged', 'spam'] as const

export type TicketState = (typeof TICKET_STATES)[number]

export type TicketAct =
  | 'queue'
  | 'assign'
  | 'return'
  | 'transfer'
  | 'resolve'
  | 'undo'
  | 'reopen'
  | 'close'
  | 'mark_spam'

/** REGULATION 2, TICKET. "Offered" is an open offer and "with a department" a hold: shown, not states. */
export const ticketMoves: Moves<TicketState, TicketAct> = {
  new: { queue: 'queued', assign: 'open', resolve: 'resolved', mark_spam: 'spam' },
  queued: { assign: 'open', resolve: 'resolved', mark_spam: 'spam' },
  open: { return: 'queued', transfer: 'open', resolve: 'resolved', mark_spam: 'spam' },
  resolved: { undo: 'open', reopen: 'queued', close: 'closed' },
  closed: {},
  merged: {},
  spam: {},
}

export const whyNotMove = (from: TicketState, act: TicketAct): Refusal | null =>
  after(ticketMoves, from, act) ? null : refusal(`tickets.not_now.${act}`)

/** REGULATION row 15: cannot close without category, need and result. */
export function whyNotResolve(
  ticket: { state: TicketState; category_id: string | null; need: string | null; result: string | null },
  holds: readonly { kind: string }[],
): Refusal | null {
  if (!after(ticketMoves, ticket.state, 'resolve')) return refusal('tickets.not_now.resolve')
  if (!ticket.category_id) return refusal('tickets.category_missing', {}, 'category')
  if (!ticket.need) return refusal('tickets.need_missing', {}, 'need')
  if (!ticket.result) return refusal('tickets.result_missing', {}, 'result')
  const [hold] = holds
  return hold ? refusal(`tickets.held.${hold.kind}`) : null
}

/** A resolved ticket reopens with a word of the customer until it closes by itself. */
export function whyNotReopen(ticket: { state: TicketState; closes_at: Date | null }, now: Date): Refusal | null {
  if (ticket.state === 'closed') return refusal('tickets.closed')
  if (!after(ticketMoves, ticket.state, 'reopen')) return refusal('tickets.not_now.reopen')
  return ticket.closes_at && now >= ticket.closes_at ? refusal('tickets.closed') : null
}

/** The first line of the question, short enough for a row; the whole question is message 1. */
export function subjectOf(question: string): string {
  const line = question.trim().split(/[\r\n]/, 1)[0] ?? ''
  const letters = Array.from(line.trim())
  return letters.length <= 80 ? letters.join('') : `${letters.slice(0, 79).join('')}…`
}

type Receiving = { readonly post: Post; readonly state: 'on_duty' | 'on_break' | 'extended' } | null

/** Only to somebody else who talks with customers now. */
export const whyNotTransferTo = (from: StaffId, to: StaffId, duty: Receiving): Refusal | null =>
  from === to ? refusal('tickets.transfer_to_self', {}, 'to') : whyNotGive(duty, 'to')

/** A conversation goes to nobody who is off a post that talks with customers, only finishing, or away on a break. */
export function whyNotGive(duty: Receiving, field: 'to' | 'staff'): Refusal | null {
  const isOnPost = duty?.state !== 'extended' && (duty?.post === 'service' || duty?.post === 'manager')
  if (!isOnPost) return refusal('tickets.transfer_not_on_post', {}, field)
  return duty.state === 'on_break' ? refusal('tickets.transfer_on_break', {}, field) : null
}

type Undo = {
  last: { staffId: StaffId; why: string | null; endedAt: Date | null } | undefined
  by: StaffId
  why: 'resolved' | 'transferred'
  undoSeconds: number
  now: Date
  /** The customer has rated, or the colleague has written. */
  tooLate: boolean
}

/** The part that a resolve ended; none where the customer ended the ticket: a word of theirs reopens it, and no colleague's undo. */
export const resolvedBy = <Part extends { staffId: StaffId }>(
  ticket: { resolved_by: StaffId | null },
  last: Part | undefined,
): Part | undefined => (last && last.staffId === ticket.resolved_by ? last : undefined)

/** A wrong resolve or transfer is taken back by whoever did it, for a short while. */
export function whyNotUndo({ last, by, why, undoSeconds, now, tooLate }: Undo): Refusal | null {
  if (!last || last.staffId !== by || last.why !== why || !last.endedAt) return refusal('tickets.undo_not_yours')
  const seconds = (now.getTime() - last.endedAt.getTime()) / 1000
  return tooLate || seconds > undoSeconds ? refusal('tickets.undo_too_late') : null
}

/** Share of its time that a waiting customer has used: 0 just asked, 1 due. Lamp from 0.75 on, bad past 1 (LOOK). */
export function clockTone(dueAt: Date, now: Date, answerSeconds: number): 'quiet' | 'lamp' | 'bad' {
  const leftSeconds = (dueAt.getTime() - now.getTime()) / 1000
  if (leftSeconds < 0) return 'bad'
  return leftSeconds <= answerSeconds * 0.25 ? 'lamp' : 'quiet'
}

/** Whom an act on a ticket concerns: its page, the desk, the board. */
export const topics = (id: TicketId, ...more: string[]): { about: string[] } => ({
  about: [`ticket:${id}`, 'desk', 'board', ...more],
})
