import { wordsOf } from '../../i18n/dictionaries.ts'
import type { Capability, Post, StandingRole } from '../../kernel/capabilities.ts'
import type { Language } from '../../kernel/language.ts'

/** A post, a standing role, or everybody in their own matter. */
export type Who = Post | StandingRole | 'everybody'

/**
 * REGULATION row 2: for each record who does it, who alone decides it, who is asked first and who is told. One step has at
 * most one that decides, so its field holds one; `right` is what the act asks of them, where it asks more than being on post.
 */
export type Step = {
  readonly does: readonly Who[]
  readonly decides: { readonly who: Who; readonly right: Capability } | null
  readonly asked: readonly Who[]
  readonly told: readonly Who[]
}
const decided = (who: Who, right: Capability) => ({ who, right }) as const

export const STEPS = {
  roster_need: { does: ['head'], decides: null, asked: [], told: ['hr'] },
  roster: { does: ['hr'], decides: decided('hr', 'roster.edit'), asked: ['head'], told: ['everybody'] },
  confirmation: { does: ['everybody'], decides: null, asked: [], told: ['hr', 'head'] },
  swap_emergency: {
    does: ['everybody'],
    decides: decided('manager', 'swap.emergency'),
    asked: [],
    told: ['hr'],
  },
  swap: { does: ['everybody'], decides: decided('hr', 'roster.edit'), asked: ['everybody'], told: ['everybody'] },
  request: {
    does: ['service'],
    decides: decided('handler', 'escalation.handle'),
    asked: [],
    told: ['service', 'head'],
  },
  request_returned: {
    does: ['handler'],
    decides: decided('manager', 'escalation.lead'),
    asked: [],
    told: ['service', 'head'],
  },
  incident: {
    does: ['service', 'technician', 'guard'],
    decides: decided('manager', 'incident.lead'),
    asked: [],
    told: ['leadership'],
  },
  brief: { does: ['manager'], decides: null, asked: [], told: ['leadership', 'head'] },
  contest: { does: ['service'], decides: decided('hr', 'rating.decide'), asked: [], told: ['service'] },
  appraisal_review: {
    does: ['manager'],
    decides: decided('hr', 'appraisal.review'),
    asked: ['everybody'],
    told: ['everybody'],
  },
  appraisal_sign: { does: ['hr'], decides: decided('leadership', 'appraisal.sign'), asked: [], told: ['everybody'] },
  measure: {
    does: ['hr'],
    decides: decided('leadership', 'appraisal.sign'),
    asked: ['everybody'],
    told: ['everybody'],
  },
  commendation: {
    does: ['everybody'],
    decides: decided('leadership', 'recognition.decide'),
    asked: ['hr'],
    told: ['everybody'],
  },
  false_record: {
    does: ['hr', 'administration'],
    decides: decided('leadership', 'record.decide'),
    asked: ['everybody'],
    told: ['everybody'],
  },
  setting: { does: ['administrator'], decides: decided('administrator', 'settings.edit'), asked: [], told: [] },
} as const satisfies Readonly<Record<string, Step>>

/** The steps as a page of that language says them. */
export function stepsIn(language: Language) {
  const t = wordsOf(language)
  const nameOf = (who: Who): string => t(who === 'everybody' ? 'roles.steps.everybody' : `roles.card.${who}.name`)
  const namesOf = (all: readonly Who[]): string => all.map(nameOf).join(t('common.list_comma'))
  return Object.entries<Step>(STEPS).map(([name, { does, decides, asked, told }]) => ({
    name,
    does: namesOf(does),
    decides: decides && nameOf(decides.who),
    asked: namesOf(asked),
    told: namesOf(told),
  }))
}
