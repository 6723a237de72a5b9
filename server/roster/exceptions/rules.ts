import type { StaffId } from '../../kernel/ids.ts'
import { Refusal, refusal } from '../../kernel/refusal.ts'
import type { Finding } from '../facts.ts'
import { type Signing, whyNotPublish } from '../months/rules.ts'

/** Row 3: by hand as by plan. What bars a roster is not signed for by anybody; what breaks a hard rule has its reason and a leader's name. */
export const whyNotByHand = (findings: readonly Finding[], signing: Signing): Refusal | null =>
  findings.some(({ weight }) => weight === 'barred')
    ? refusal('roster.barred_by_hand')
    : whyNotPublish(findings, signing)

/** What the checker does not let be as it was signed, with everything it says, for the page to put into words. */
export class Unsigned extends Refusal {
  readonly findings: readonly Finding[]
  /** Of everybody, also of whoever is gone again with the act that was refused. */
  readonly names: Names

  constructor({ code, details, field }: Refusal, findings: readonly Finding[], names: Names) {
    super(code, { ...details }, field)
    this.findings = findings
    this.names = names
  }
}
export type Names = ReadonlyMap<StaffId, { readonly name: string; readonly nameEn: string }>
