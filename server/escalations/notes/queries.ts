import type { EscalationId, StaffId } from '../../kernel/ids.ts'
import type { Tx } from '../../schema.ts'

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
