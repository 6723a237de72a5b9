import type { Words } from '../../i18n/dictionaries.ts'
import { countdown, dateName } from '../../i18n/instants.ts'
import type { Language } from '../../kernel/language.ts'
import { addDays, nightOf, weekdayOf } from '../../kernel/time.ts'
import { bars, lines } from '../charts.ts'
import { drawFigure, type Figure } from '../figure.ts'
import type { Grain } from '../filters/rules.ts'
import type { Report } from './gathering.ts'
import { HOURS, type Line, nightsFrom, type Slice, sliceName } from './rules.ts'

type Reading = { readonly t: Words; readonly language: Language }
const percent = (share: number | null): number | null => (share === null ? null : Math.round(share * 1000) / 10)
const minutes = (seconds: number | null): number | null => (seconds === null ? null : Math.round(seconds / 6) / 10)

/** What each row of the table is about, and what the charts show of them. */
export async function chartsOf(
  report: Report,
  grain: Grain,
  { t, language }: Reading,
): Promise<Record<string, Figure>> {
  const label = (name: string): string => t(`report.chart.${name}`)
  const asked = HOURS.map((hour) => report.whole.asked?.[String(hour)] ?? 0)
  const hours = drawFigure({
    name: 'hours',
    label: label('hours'),
    option: (room) =>
      bars(
        {
          labels: HOURS.map((hour) => String(hour).padStart(2, '0')),
          series: [{ name: t('report.figure.asked'), values: asked }],
        },
        room,
      ),
  })
  if (report.lines.length < 2) return { hours: await hours }
  const labels = report.lines.map(({ start }) => labelOf(start, grain, language))
  const over = (name: string, series: { name: string; values: (number | null)[] }[], share = false) =>
    drawFigure({ name, label: label(name), option: (room) => lines({ labels, series, percent: share }, room) })
  const of = (pick: (line: Line) => number | null): (number | null)[] => report.lines.map(pick)
  const [volume, answers, kept] = await Promise.all([
    over('volume', [
      { name: t('report.column.asked'), values: of(({ asked }) => asked) },
      { name: t('report.column.resolved'), values: of(({ resolved }) => resolved) },
    ]),
    over('answers', [
      { name: t('report.half'), values: of(({ answer }) => minutes(answer)) },
      { name: t('report.nine_of_ten'), values: of(({ answer90 }) => minutes(answer90)) },
    ]),
    over(
      'kept',
      [
        { name: t('report.column.accepted'), values: of(({ acceptedShare }) => percent(acceptedShare)) },
        { name: t('report.column.kept'), values: of(({ keptShare }) => percent(keptShare)) },
        { name: t('report.column.ready'), values: of(({ readyShare }) => percent(readyShare)) },
      ],
      true,
    ),
  ])
  return { hours: await hours, volume, answers, kept }
}

export function labelOf(start: string, grain: Grain, language: Language): string {
  return grain === 'month' ? start.slice(0, 7) : dateName(start, language)
}

const clock = (seconds: number | null): string => (seconds === null ? '–' : countdown(seconds * 1000))

/** A line with its durations in words. */
export const told = (line: Line) => ({
  ...line,
  waitSaid: clock(line.wait),
  answerSaid: clock(line.answer),
  answer90Said: clock(line.answer90),
  resolutionSaid: clock(line.resolution),
  acceptanceSaid: clock(line.acceptance),
})

export type Span = { readonly from: string; readonly to: string }
const addressOf = (span: Span, slice: Slice, path = '/reports'): string => {
  const of = sliceName(slice)
  return `${path}?${new URLSearchParams({ from: span.from, to: span.to, ...(of ? { of } : {}) })}`
}

/** The stretches that people ask for, by name, and the one before and after. */
export function waysOf(span: Span, slice: Slice, now: Date, zone: string) {
  const tonight = nightOf(now, zone)
  const monday = addDays(tonight, 1 - weekdayOf(tonight))
  const first = `${tonight.slice(0, 7)}-01`
  const lastMonth = addDays(first, -1)
  const named: [string, Span][] = [
    ['tonight', { from: tonight, to: tonight }],
    ['last_night', { from: addDays(tonight, -1), to: addDays(tonight, -1) }],
    ['week', { from: monday, to: tonight }],
    ['last_week', { from: addDays(monday, -7), to: addDays(monday, -1) }],
    ['month', { from: first, to: tonight }],
    ['last_month', { from: `${lastMonth.slice(0, 7)}-01`, to: lastMonth }],
    ['year', { from: addDays(tonight, -364), to: tonight }],
    ['two_years', { from: addDays(tonight, -729), to: tonight }],
  ]
  const nights = nightsFrom(span.from, span.to).length
  const moved = (by: number): Span => ({ from: addDays(span.from, by), to: addDays(span.to, by) })
  return {
    quick: named.map(([name, one]) => ({
      name,
      address: addressOf(one, slice),
      current: one.from === span.from && one.to === span.to,
    })),
    earlier: addressOf(moved(-nights), slice),
    later: span.to < tonight ? addressOf(moved(nights), slice) : null,
    csv: addressOf(span, slice, '/reports/nights.csv'),
    xlsx: addressOf(span, slice, '/reports/nights.xlsx'),
  }
}
