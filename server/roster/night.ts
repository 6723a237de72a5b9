import { wordsOf } from '../i18n/dictionaries.ts'
import type { Language } from '../kernel/language.ts'
import type { Reader } from '../schema.ts'
import { exceptionsOfNight } from './exceptions/queries.ts'
import type { Names, Unsigned } from './exceptions/rules.ts'
import type { Finding } from './facts.ts'
import { type At, findingsOfNight } from './judging.ts'
import { wordsOfFinding } from './months/words.ts'
import { type ShiftView, shiftsOfNight } from './queries.ts'

type Said = {
  readonly words: string
  readonly weight: Finding['weight']
  readonly times: number
  readonly several: boolean
}

/** Findings in the reader's words with the clause, each once with how often; what a night lacks names the post, and with `names` it is said whose the others are. */
export function sayFindings(findings: readonly Finding[], language: Language, names?: Names): Said[] {
  const t = wordsOf(language)
  const alike = Map.groupBy(findings, (one) => {
    const who = one.staffId === null ? undefined : names?.get(one.staffId)
    const whose = who && (language === 'en' ? who.nameEn : who.name)
    const about = whose ?? (one.staffId === null && one.post ? t(`common.post.${one.post}`) : null)
    return (about ? `${about}: ` : '') + wordsOfFinding(t, one)
  })
  return [...alike].flatMap(([words, all]) =>
    all.slice(0, 1).map(({ weight }) => ({ words, weight, times: all.length, several: all.length > 1 })),
  )
}

type Signs = { readonly reason?: string | undefined; readonly leader?: string | undefined }
/** What the form asks for once the checker has said what is broken. */
export const saySigning = ({ findings }: Unsigned, signs: Signs | undefined, language: Language, names?: Names) => ({
  findings: sayFindings(findings, language, names),
  barred: findings.some(({ weight }) => weight === 'barred'),
  reason: signs?.reason ?? '',
  leader: signs?.leader ?? '',
})

/** A night with everybody in it; whoever plans reads beside each what it breaks, and what was signed for by whom. */
export async function nightOf(db: Reader, night: string, { at, edits, language }: NightAt): Promise<Night> {
  const shifts = await shiftsOfNight(db, night)
  if (!edits)
    return { ofNight: shifts.map((shift) => ({ ...shift, wrong: [], chosen: shift })), ofItself: [], exceptions: [] }
  const [findings, exceptions] = await Promise.all([findingsOfNight(db, night, at), exceptionsOfNight(db, night)])
  const say = (some: readonly Finding[]): Said[] => sayFindings(some, language)
  return {
    ofNight: shifts.map((shift) => ({
      ...shift,
      /** What its form has selected: as it stands, until somebody has tried something else. */
      chosen: { staffId: shift.staffId, post: shift.post },
      wrong: say(findings.filter(({ staffId, post }) => staffId === shift.staffId && post === shift.post)),
    })),
    ofItself: say(findings.filter(({ staffId }) => staffId === null)),
    exceptions: exceptions.map((one) => ({ ...one, broke: say(one.findings) })),
  }
}
type Chosen = Pick<ShiftView, 'staffId' | 'post'>
export type Night = {
  readonly ofNight: readonly (ShiftView & { readonly wrong: Said[]; readonly chosen: Chosen })[]
  readonly ofItself: Said[]
  readonly exceptions: readonly object[]
}
type NightAt = { readonly at: At; readonly edits: boolean; readonly language: Language }
