import type { Context } from 'hono'
import { someoneOnPost } from '../desk/on-post/queries.ts'
import { branchOf } from '../i18n/dictionaries.ts'
import type { Language } from '../kernel/language.ts'
import { currentTerms } from '../policies/queries.ts'
import { currentSettings } from '../settings/queries.ts'
import { RATING_REASONS } from '../tickets/ratings/rules.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { promiseNow } from './actions.ts'
import { listTopics } from './queries.ts'
import { LIMITS } from './rules.ts'

/** What every front shows: who is awake, what is promised where nobody is, the terms and the topics of the form. */
export async function frontOf(c: Context<Env>, { db, clock, config }: Deps) {
  const now = clock.now()
  const [{ count, faces }, promise, terms, topics, settings] = await Promise.all([
    someoneOnPost(db, now),
    promiseNow(db, now, config.timeZone),
    currentTerms(db),
    listTopics(db),
    currentSettings(db),
  ])
  return {
    awake: count,
    faces,
    ...promise,
    /** Rostered now and nobody there yet: no opening to wait for. */
    opens: promise.opensAt !== null && promise.opensAt > now,
    termsVersion: terms.version,
    topics: topics
      .filter(({ parentId }) => parentId === null)
      .map((one) => ({
        ...one,
        children: topics.filter(({ parentId }) => parentId === one.id),
      })),
    greeting: settings.greeting,
    day: {
      start: settings.dayDeskStart,
      end: settings.dayDeskEnd,
      email: settings.dayDeskEmail,
      phone: settings.dayDeskPhone,
    },
    phone: settings.emergencyPhone || settings.dayDeskPhone,
    clientId: crypto.randomUUID(),
    limits: LIMITS,
    ratingReasons: RATING_REASONS,
    words: scriptWords(c.var.language),
  }
}

/** Words that a script of these pages says. */
export const scriptWords = (language: Language) => ({
  ...branchOf(language, 'chat.live'),
  house: branchOf(language, 'conversation.house'),
  states: branchOf(language, 'requests.title'),
  next: nextFor(language),
  field: branchOf(language, 'chat.field'),
})

type Next = { abuse: Record<string, string>; limited?: string; limited_one?: string; limited_other?: string }
/** What only pages without a script say is not sent along. */
function nextFor(language: Language): object {
  const { abuse, limited, limited_one, limited_other, ...next } = branchOf(language, 'chat.again.next') as Next
  return {
    ...next,
    abuse: { banned: abuse.banned, banned_network: abuse.banned_network, one_request: abuse.one_request },
  }
}
