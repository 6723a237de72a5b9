import { capabilitiesOf } from '../../accounts/rules.ts'
import type { Evidence } from '../../appraisal/evidence/contract.ts'
import type { StandingRole } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { type Actor, staffActor, system } from '../../platform/actor.ts'
import type { Tx } from '../../schema.ts'

export type Demo = {
  readonly tx: Tx
  readonly zone: string
  readonly evidence: readonly Evidence[]
  /** By number. */
  readonly people: ReadonlyMap<string, { readonly id: StaffId; readonly roles: readonly StandingRole[] }>
}

/** An act of somebody at some instant; of the house itself where nobody is named. */
export const at = async (
  { tx, people }: Pick<Demo, 'tx' | 'people'>,
  { by = null, now }: { by?: string | null; now: Date },
  act: (tx: Tx) => Promise<unknown>,
): Promise<void> => {
  const one = by ? people.get(by) : undefined
  const actor: Actor = one ? staffActor(one.id, capabilitiesOf(one.roles, null)) : system
  await act({ ...tx, actor, now })
}
