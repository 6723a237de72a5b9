import { someoneOnPost } from '../desk/on-post/queries.ts'
import { currentTerms } from '../policies/queries.ts'
import type { Deps } from '../web/deps.ts'
import { promiseNow } from './actions.ts'
import { listTopics } from './queries.ts'
import type { Topic } from './rules.ts'

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
    faces: faces.map(({ name, nameEn }) => ({ name, nameEn })),
    opensAt: open ? null : promise.opensAt,
    promisedBy: open ? null : promise.promisedBy,
    terms: terms.version,
    topics,
  }
}
