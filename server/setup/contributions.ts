import { hasChief } from '../accounts/leadership/queries.ts'
import { comingNight } from '../kernel/time.ts'
import type { Reader } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import type { SignedIn } from '../web/env.ts'
import { readProgress } from './queries.ts'

/** One step of moving in: ticked by what is there, never by hand. */
export type Step = { readonly name: StepName; readonly done: boolean; readonly href: string }
type StepName = 'departments' | 'people' | 'leadership' | 'roster' | 'brand' | 'post' | 'question'

/** What is left for an administrator to do; null once the first customer has been answered, and for everybody else. */
export async function firstSteps(
  db: Reader,
  me: SignedIn,
  { now, zone }: { now: Date; zone: string },
): Promise<readonly Step[] | null> {
  if (!me.capabilities.has('people.edit')) return null
  const { nightStart: start, nightEnd: end } = await currentSettings(db)
  const night = comingNight(now, { start, end, zone })
  const [progress, led] = await Promise.all([readProgress(db, now, night), hasChief(db, now)])
  if (progress.answered) return null
  const { managerPlanned, agentPlanned } = progress
  return [
    { name: 'departments', done: progress.departments > 0, href: '/departments' },
    { name: 'people', done: progress.people > 1, href: '/people' },
    { name: 'leadership', done: led, href: '/leadership' },
    { name: 'roster', done: managerPlanned && agentPlanned, href: `/roster?night=${night}` },
    { name: 'brand', done: progress.dressed, href: '/settings/brand' },
    { name: 'post', done: progress.onPost, href: '/people?state=invited' },
    { name: 'question', done: false, href: '/' },
  ]
}
