import { countdown } from '../../i18n/instants.ts'
import type { Reader } from '../../schema.ts'
import { type Asked, share } from '../log/rules.ts'
import { type Figures, figuresByAgent, figuresByHour, type Owed, owedByAgent, owedByHour } from './queries.ts'

/** Figures as pages say them: shares in per cent, the median as minutes and seconds. */
export const wordedFigures = <F extends Figures>(figures: F) => ({
  ...figures,
  answeredShare: share(figures.answered, figures.rang),
  goalShare: share(figures.withinGoal, figures.rang),
  median: figures.medianSeconds === null ? null : countdown(figures.medianSeconds * 1000),
})

/**
 * The calls that are asked for and the callbacks owed now, by hour and by who had them: whoever has only the one kind has a row too,
 * so that each column adds up to the whole. Hours of a night, from noon to noon, the last one first; what was carried over from before ends them.
 */
export async function figuresBy(
  db: Reader,
  asked: Asked,
  { now, since, goalSeconds, zone }: { now: Date; since: Date; goalSeconds: number; zone: string },
) {
  const [hours, hoursOwed, agents, agentsOwed] = await Promise.all([
    figuresByHour(db, asked, { goalSeconds, zone }),
    owedByHour(db, { now, since, zone }),
    figuresByAgent(db, asked, goalSeconds),
    owedByAgent(db, { now, since, agent: asked.agent }),
  ])
  const rang = agents.reduce((sum, one) => sum + one.rang, 0)
  const sameHour = (hour: number | null) => (one: { hour: number | null }) => one.hour === hour
  const samePerson = (id: string | null) => (one: { id: string | null }) => one.id === id
  return {
    hours: [...new Set([...hours, ...hoursOwed].map(({ hour }) => hour))]
      .toSorted((a, b) => sinceNoon(b) - sinceNoon(a))
      .map((hour) => ({
        ...wordedFigures(hours.find(sameHour(hour)) ?? NO_CALL),
        owed: hoursOwed.find(sameHour(hour)) ?? NOTHING_OWED,
        hour: hour === null ? null : `${String(hour).padStart(2, '0')}:00`,
      })),
    agents: [...new Map([...agentsOwed, ...agents].map((one) => [one.id, one])).values()]
      .toSorted((a, b) => Number(a.id === null) - Number(b.id === null))
      .map(({ id, name, nameEn }) => {
        const calls = agents.find(samePerson(id)) ?? { ...NO_CALL, talkSeconds: 0 }
        return {
          ...wordedFigures(calls),
          id,
          name,
          nameEn,
          // Of all that rang: of their own everybody answered every one.
          answeredShare: share(calls.answered, rang),
          talk: countdown(calls.talkSeconds * 1000),
          owed: agentsOwed.find(samePerson(id)) ?? NOTHING_OWED,
        }
      })
      .filter(({ id, rang, owed }) => id !== null || rang + owed.due + owed.done + owed.givenUp > 0),
  }
}

/** A night is one from noon to noon; null is before it. */
const sinceNoon = (hour: number | null): number => (hour === null ? -1 : (hour + 12) % 24)
const NO_CALL: Figures = {
  rang: 0,
  answered: 0,
  medianSeconds: null,
  withinGoal: 0,
  givenUp: 0,
  missed: 0,
  voicemail: 0,
  rejected: 0,
  unlogged: 0,
}
const NOTHING_OWED: Owed = { due: 0, overdue: 0, done: 0, givenUp: 0 }
