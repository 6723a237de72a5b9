import { branchOf } from '../../i18n/dictionaries.ts'
import type { Capability, Post, StandingRole } from '../../kernel/capabilities.ts'
import type { Language } from '../../kernel/language.ts'
import { capabilitiesOf, OF_POST, OF_ROLE } from '../rules.ts'

/** A duty as people read it, with the clause of the regulation it comes from. */
export type Duty = { readonly text: string; readonly clause: string }
export type Card = {
  readonly name: Post | StandingRole
  /** What the program lets it do: read from the one table of rights, so that card and program never differ. */
  readonly may: readonly Capability[]
  readonly must: readonly Duty[]
}

/** Rights that everybody has are said once, above all cards. */
export const EVERYBODY: readonly Capability[] = [...capabilitiesOf([], null)]

export function cardOf(language: Language, name: Post | StandingRole): Card {
  const may = name in OF_POST ? OF_POST[name as Post] : OF_ROLE[name as StandingRole]
  const { must } = branchOf(language, `roles.card.${name}`) as { must: readonly Duty[] }
  return { name, may: may.filter((one) => !EVERYBODY.includes(one)), must }
}
