import { instant } from '../events/event.ts'
import type { DocumentPurpose } from '../events/records.ts'
import type { DocumentRequestId, StaffId } from '../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../kernel/refusal.ts'
import { localOf } from '../kernel/time.ts'
import { endOfWorkday } from '../kernel/workdays.ts'
import { drop, owe, settle } from '../obligations/actions.ts'
import { need, staffOf } from '../platform/actor.ts'
import { announce } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import * as records from './queries.ts'
import { whyNotAnswer, whyNotAsk, whyNotMoveDocument } from './rules.ts'

type Paper = { readonly file: string; readonly type: string; readonly name: string }

/** Whoever checks asks somebody for records or documents: due within workdays (REGULATION row 58). */
export async function askForDocuments(
  tx: Tx,
  wish: { staffId: StaffId; purpose: DocumentPurpose; words: string; link: string },
  zone: string,
): Promise<DocumentRequestId> {
  need(tx, 'record.ask')
  const by = staffOf(tx)
  const { staffId, purpose, words, link } = wish
  refuse(whyNotAsk(by, staffId, link))
  const dueAt = await dueFrom(tx, zone)
  const row = { staffId, by, purpose, words, link: link || null, dueAt }
  const same = await records.findSame(tx, row)
  if (same) return same
  const id = await records.insertRequest(tx, row)
  await oweAnswer(tx, { id, staffId, dueAt, round: 1 })
  await announce(tx, 'document.asked', { requestId: id, staffId, by, dueAt: instant(dueAt) }, topicsOf(staffId, by))
  return id
}

/** Words, a record, or a paper. What was answered stands: whatever comes after it is an addition that says why. */
export async function answerRequest(
  tx: Tx,
  id: DocumentRequestId,
  said: { words: string; links: readonly string[]; file: Paper | null },
): Promise<void> {
  need(tx, 'record.own')
  const one = await records.lockRequest(tx, id)
  if (one.staffId !== staffOf(tx)) throw new NotFound()
  const addition = one.state !== 'asked'
  refuse(whyNotMoveDocument(one.state, addition ? 'add' : 'answer'))
  refuse(whyNotAnswer({ ...said, file: said.file !== null }))
  if (addition && said.words.trim() === '') throw refusal('records.addition_reason', {}, 'words')
  const before = (await records.answersTo(tx.db, id)).at(-1)
  if (before && !said.file && before.words === said.words && before.links.join() === said.links.join()) return
  await records.insertAnswer(tx, { requestId: id, kind: addition ? 'addition' : 'answer', by: one.staffId, ...said })
  if (!addition) {
    await records.setRequest(tx, id, { state: 'answered' })
    await settle(tx, { kind: 'document', subject: subjectOf(id), part: String(one.round) })
  }
  await announce(tx, 'document.answered', { ...about(one), askedBy: one.askedBy, addition }, topicsFor(one))
}

/** It is enough. */
export async function acceptAnswer(tx: Tx, id: DocumentRequestId): Promise<void> {
  const one = await lockOthers(tx, id)
  if (one.state === 'accepted') return
  refuse(whyNotMoveDocument(one.state, 'accept'))
  await records.setRequest(tx, id, { state: 'accepted' })
  await announce(tx, 'document.accepted', { ...about(one), by: staffOf(tx) }, topicsFor(one))
}

/** It is not enough, and says what is missing; due once more. */
export async function askBack(tx: Tx, id: DocumentRequestId, words: string, zone: string): Promise<void> {
  const one = await lockOthers(tx, id)
  const by = staffOf(tx)
  refuse(whyNotMoveDocument(one.state, 'ask_back'))
  const dueAt = await dueFrom(tx, zone)
  const round = one.round + 1
  await records.insertAnswer(tx, { requestId: id, kind: 'back', by, words, links: [], file: null })
  await records.setRequest(tx, id, { state: 'asked', round, due_at: dueAt })
  await oweAnswer(tx, { id, staffId: one.staffId, dueAt, round })
  await announce(tx, 'document.asked_back', { ...about(one), by, dueAt: instant(dueAt) }, topicsFor(one))
}

/** Nobody needs it any more. */
export async function withdrawRequest(tx: Tx, id: DocumentRequestId): Promise<void> {
  const one = await lockOthers(tx, id)
  if (one.state === 'withdrawn') return
  refuse(whyNotMoveDocument(one.state, 'withdraw'))
  await records.setRequest(tx, id, { state: 'withdrawn' })
  await drop(tx, { kind: 'document', subject: subjectOf(id) })
  await announce(tx, 'document.withdrawn', { ...about(one), by: staffOf(tx) }, topicsFor(one))
}

async function dueFrom(tx: Tx, zone: string): Promise<Date> {
  const { documentWorkdays } = await currentSettings(tx.db)
  return endOfWorkday(localOf(tx.now, zone).date, documentWorkdays, zone)
}

type Due = { id: DocumentRequestId; staffId: StaffId; dueAt: Date; round: number }
const oweAnswer = (tx: Tx, { id, staffId, dueAt, round }: Due): Promise<void> =>
  owe(tx, {
    kind: 'document',
    staffId,
    subject: subjectOf(id),
    part: String(round),
    opensAt: tx.now,
    dueAt,
    path: `/records/${id}`,
  })

async function lockOthers(tx: Tx, id: DocumentRequestId): Promise<records.DocumentRequest> {
  need(tx, 'record.ask')
  const one = await records.lockRequest(tx, id)
  if (one.staffId === staffOf(tx)) throw refusal('records.about_you')
  return one
}

const subjectOf = (id: DocumentRequestId): string => `document:${id}`
const about = ({ id: requestId, staffId }: records.DocumentRequest) => ({ requestId, staffId })
const topicsOf = (staffId: StaffId, by: StaffId): { about: string[] } => ({
  about: ['records', `own:${staffId}`, `own:${by}`],
})
const topicsFor = ({ staffId, askedBy }: records.DocumentRequest) => topicsOf(staffId, askedBy)
