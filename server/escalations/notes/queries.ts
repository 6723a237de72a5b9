import type { EscalationId, StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

/** The note, or undefined where this client id has been stored before. */
export async function insertNote(
  tx: Tx,
  note: { id: EscalationId; staffId: StaffId; side: 'agent' | 'department'; clientId: string; body: string },
): Promise<boolean> {
  const row = await tx.db
    .insertInto('escalation_notes')
    .values({
      escalation_id: note.id,
      staff_id: note.staffId,
      side: note.side,
      client_id: note.clientId,
      body: note.body,
      at: tx.now,
    })
    .onConflict((conflict) => conflict.constraint('escalation_notes_client_id_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export type NoteView = {
  side: 'agent' | 'department'
  name: string
  nameEn: string
  body: string
  at: Date
}

export async function listNotes(db: Reader, id: EscalationId): Promise<NoteView[]> {
  const rows = await db
    .selectFrom('escalation_notes as n')
    .innerJoin('staff as s', 's.id', 'n.staff_id')
    .select(['n.side', 's.name', 's.name_en', 'n.body', 'n.at'])
    .where('n.escalation_id', '=', id)
    .orderBy('n.id')
    .execute()
  return rows.map((row) => ({ side: row.side, name: row.name, nameEn: row.name_en, body: row.body, at: row.at }))
}
