import type { Words } from '../../i18n/dictionaries.ts'
import { dateName } from '../../i18n/instants.ts'
import type { StaffId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import type { Finding, PersonFacts } from '../facts.ts'
import type { Gap, Why } from '../generator/generate.ts'
import type { PlannedPerson } from './people/queries.ts'

/** What nobody could fill, with how many are kept away by what. */
export function gapWords(t: Words, result: object | null, language: Language): string[] {
  const gaps = (result as { gaps?: readonly Gap[] } | null)?.gaps ?? []
  return gaps.map(({ night, post, backup, count, because }) =>
    t('roster.plan.gap', {
      date: dateName(night, language),
      post: backup ? t('roster.plan.cell.backup') : t(`common.post.${post}`),
      count,
      because: because
        .map(({ code, people }) =>
          t('roster.plan.gap_because', {
            people,
            words: code === 'nobody' ? t('roster.plan.gap_nobody') : t(`roster.findings.${code}`),
          }),
        )
        .join(' '),
    }),
  )
}

/** Whether it is proven that nothing better is to be found, or how far from it this may be at most. */
export function surenessWords(t: Words, result: object | null): string {
  const { best, distance } = (result ?? {}) as { best?: boolean; distance?: number }
  if (best === undefined) return ''
  return best ? t('roster.plan.run.best') : t('roster.plan.run.distance', { percent: Math.ceil((distance ?? 1) * 100) })
}

/** Why the generator has put this person there (REGULATION 4, explain per cell). */
export function whyWords(t: Words, why: object | null | undefined, names: ReadonlyMap<StaffId, string>): string {
  if (!why) return ''
  const { nights, mine, next } = why as Why
  const chosen = t('roster.plan.explain.chosen', { nights, mine })
  if (!next) return chosen
  const barred = next.barred
    ? t('roster.plan.explain.barred_by', { words: t(`roster.findings.${next.barred}`).replace(/[.。]$/, '') })
    : ''
  return `${chosen} ${t('roster.plan.explain.next', { name: names.get(next.staffId) ?? '', nights: next.nights, why: barred })}`
}

/** A finding in the reader's words, with its clause. */
export const wordsOfFinding = (t: Words, { code, clause, values }: Finding): string =>
  `${t(`roster.findings.${code}`, { ...values })} (${t(`roster.clauses.${clause}`)})`

type About = { readonly person: PersonFacts; readonly known: PlannedPerson | undefined; readonly language: Language }

/** What HR needs of a person to put them somewhere: rank, skills, training, leave, limits, and what they have had. */
export function personWords(t: Words, { person, known, language }: About): string {
  const { history, mostNights } = person
  const leaves = known?.leaves ?? []
  const day = (date: string): string => dateName(date, language)
  return [
    t(`people.rank.${person.rank}`),
    ...(known && known.skills.length > 0 ? [t('roster.plan.about.skills', { skills: known.skills.join(', ') })] : []),
    person.trainedUntil
      ? t('roster.plan.about.trained', { date: person.trainedUntil })
      : t('roster.plan.about.untrained'),
    ...leaves.map(({ firstDay, lastDay }) => t('roster.plan.about.leave', { from: day(firstDay), to: day(lastDay) })),
    ...(mostNights === null ? [] : [t('roster.plan.about.most', { count: mostNights })]),
    t('roster.plan.about.history', { nights: history.nights, weekends: history.weekends, holidays: history.holidays }),
  ].join(' · ')
}
