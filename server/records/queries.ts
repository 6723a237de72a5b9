import { sql } from 'kysely'
import type { DocumentPurpose, DocumentState } from '../events/records.ts'
import type { DocumentRequestId, StaffId } from '../kernel/ids.ts'
import type { Bilingual } from '../kernel/language.ts'
import type { Named } from '../kernel/named.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Reader, Tx } from '../schema.ts'
import { openFirst, type Page } from './paged.ts'
import type { Wanted } from './rules.ts'

export type DocumentRequest = Named & {
  readonly id: DocumentRequestId
  readonly staffId: StaffId
  readonly department: Bilingual
  readonly askedBy: StaffId
  readonly asker: Named
  readonly askedAt: Date
  readonly purpose: DocumentPurpose
  readonly words: string
  readonly link: string | null
  readonly state: DocumentState
  readonly round: number
  readonly dueAt: Date
}

const rows = (db: Reader) =>
  db
    .selectFrom('document_requests as q')
    .innerJoin('staff as p', 'p.id', 'q.staff_id')
    .innerJoin('departments as d', 'd.id', 'p.department_id')
    .innerJoin('staff as b', 'b.id', 'q.asked_by')
    .selectAll('q')
    .select(['p.name', 'p.name_en', 'd.name as department', 'b.name as b_name', 'b.name_en as b_name_en'])
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]
const requestOf = (row: Row): DocumentRequest => ({
  id: row.id as DocumentRequestId,
  staffId: row.staff_id as StaffId,
  name: row.name,
  nameEn: row.name_en,
  department: row.department,
  askedBy: row.asked_by as StaffId,
  asker: { name: row.b_name, nameEn: row.b_name_en },
  askedAt: row.asked_at,
  purpose: row.purpose,
  words: row.words,
  link: row.link,
  state: row.state,
  round: row.round,
  dueAt: row.due_at,
})

/** @throws NotFound */
export async function getRequest(db: Reader, id: DocumentRequestId): Promise<DocumentRequest> {
  const row = await rows(db).where('q.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return requestOf(row)
}

/** The row, locked. @throws NotFound */
export async function lockRequest(tx: Tx, id: DocumentRequestId): Promise<DocumentRequest> {
  await tx.db.selectFrom('document_requests').select('id').where('id', '=', id).forUpdate().execute()
  return getRequest(tx.db, id)
}

const OPEN = ['asked', 'answered'] as const
export const isOpen = ({ state }: { state: string }): boolean => OPEN.some((one) => one === state)

/** Open ones first, the next due on top, then the others, the newest on top; from a place on. */
export async function listRequests(db: Reader, wanted: Wanted, page: Page): Promise<DocumentRequest[]> {
  const { of, except } = wanted
  const { place } = page
  const some = rows(db)
    .$if(of !== undefined, (q) => q.where('q.staff_id', '=', of ?? '0'))
    .$if(except !== undefined, (q) => q.where('q.staff_id', '<>', except ?? '0'))
  const found = await openFirst(wanted, page, {
    open: (limit) =>
      some
        .where('q.state', 'in', OPEN)
        .$if(place !== null, (q) =>
          q.where(sql<boolean>`(q.due_at, -q.id) > (${place?.due ?? null}, -${place?.id ?? '0'}::bigint)`),
        )
        .orderBy('q.due_at')
        .orderBy('q.id', 'desc')
        .limit(limit)
        .execute(),
    over: (limit) =>
      some
        .where('q.state', 'not in', OPEN)
        .$if(place !== null && !place.due, (q) => q.where('q.id', '<', place?.id ?? '0'))
        .orderBy('q.id', 'desc')
        .limit(limit)
        .execute(),
  })
  return found.map(requestOf)
}

type New = {
  readonly staffId: StaffId
  readonly by: StaffId
  readonly purpose: DocumentPurpose
  readonly words: string
  readonly link: string | null
  readonly dueAt: Date
}
export async function insertRequest(tx: Tx, row: New): Promise<DocumentRequestId> {
  const { id } = await tx.db
    .insertInto('document_requests')
    .values({
      staff_id: row.staffId,
      asked_by: row.by,
      asked_at: tx.now,
      purpose: row.purpose,
      words: row.words,
      link: row.link,
      state: 'asked',
      due_at: row.dueAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as DocumentRequestId
}

/** The same wish of the same person, still open: pressed twice. */
export async function findSame(tx: Tx, { staffId, by, words }: New): Promise<DocumentRequestId | undefined> {
  const row = await tx.db
    .selectFrom('document_requests')
    .select('id')
    .where('staff_id', '=', staffId)
    .where('asked_by', '=', by)
    .where('words', '=', words)
    .where('state', '=', 'asked')
    .executeTakeFirst()
  return row?.id as DocumentRequestId | undefined
}

export const setRequest = (
  tx: Tx,
  id: DocumentRequestId,
  change: Partial<{ state: DocumentState; round: number; due_at: Date }>,
) =>
  tx.db
    .updateTable('document_requests')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()

export type Said = Named & {
  readonly id: string
  readonly kind: 'answer' | 'addition' | 'back'
  readonly staffId: StaffId
  readonly saidAt: Date
  readonly words: string
  readonly links: readonly string[]
  readonly file: { readonly file: string; readonly type: string; readonly name: string } | null
}

/** All that was said, the first first. */
export async function answersTo(db: Reader, id: DocumentRequestId): Promise<Said[]> {
  const found = await db
    .selectFrom('document_answers as a')
    .innerJoin('staff as p', 'p.id', 'a.staff_id')
    .selectAll('a')
    .select(['p.name', 'p.name_en'])
    .where('a.request_id', '=', id)
    .orderBy('a.id')
    .execute()
  return found.map((row) => ({
    id: row.id,
    kind: row.kind,
    staffId: row.staff_id as StaffId,
    name: row.name,
    nameEn: row.name_en,
    saidAt: row.said_at,
    words: row.words,
    links: row.links,
    file: row.file ? { file: row.file, type: row.file_type ?? '', name: row.file_name ?? '' } : null,
  }))
}

export const insertAnswer = (
  tx: Tx,
  row: {
    requestId: DocumentRequestId
    kind: Said['kind']
    by: StaffId
    words: string
    links: readonly string[]
    file: { readonly file: string; readonly type: string; readonly name: string } | null
  },
) =>
  tx.db
    .insertInto('document_answers')
    .values({
      request_id: row.requestId,
      kind: row.kind,
      staff_id: row.by,
      said_at: tx.now,
      words: row.words,
      links: [...row.links],
      file: row.file?.file ?? null,
      file_type: row.file?.type ?? null,
      file_name: row.file?.name ?? null,
    })
    .execute()
