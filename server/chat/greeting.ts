import { someoneOnPost } from '../desk/queries.ts'
import { branchOf } from '../i18n/dictionaries.ts'
import type { Language } from '../kernel/language.ts'
import { currentTerms } from '../policies/queries.ts'
import { currentSettings } from '../settings/queries.ts'
import type { Deps } from '../web/deps.ts'
import { promiseNow } from './actions.ts'
import { listTopics } from './queries.ts'
import { LIMITS, type Topic, topicLines } from './rules.ts'

/** What every door says first: who is awake, else when somebody is; the terms, and what one may ask about. */
export type Greeting = {
  onPost: number
  open: boolean
  faces: { name: string; nameEn: string }[]
  /** Null while open; `opensAt` also where no shift is planned. */
  opensAt: Date | null
  promisedBy: Date | null
  terms: number
  topics: Topic[]
}

export async function greeting({ db, clock, config }: Deps): Promise<Greeting> {
  const now = clock.now()
  const [{ count, faces }, promise, terms, topics] = await Promise.all([
    someoneOnPost(db, now),
    promiseNow(db, now, config.timeZone),
    currentTerms(db),
    listTopics(db),
  ])
  const open = count > 0
  return {
    onPost: count,
    open,
    faces,
    opensAt: open ? null : promise.opensAt,
    promisedBy: open ? null : promise.promisedBy,
    terms: terms.version,
    topics,
  }
}

/** The same for a page, with what its form and its script need. */
export async function greetingPage(deps: Deps, language: Language) {
  const [greeted, settings] = await Promise.all([greeting(deps), currentSettings(deps.db)])
  return {
    ...greeted,
    /** A shift is on, and nobody of it is here yet. */
    opensNow: greeted.opensAt !== null && greeted.opensAt <= deps.clock.now(),
    topicLines: topicLines(greeted.topics, language),
    dayDesk: { start: settings.dayDeskStart, email: settings.dayDeskEmail, phone: settings.dayDeskPhone },
    limits: LIMITS,
    words: scriptWords(deps, language),
    clientId: crypto.randomUUID(),
  }
}

/** Words of the conversation that a script says, and the zone whose clock both sides read. */
export const scriptWords = ({ config }: Pick<Deps, 'config'>, language: Language) => ({
  ...branchOf(language, 'conversation'),
  zone: config.timeZone,
})
