import type { Words } from '../../i18n/dictionaries.ts'
import { dateName } from '../../i18n/instants.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import type { Reader } from '../../schema.ts'
import { PRODUCT_REASONS } from '../../tickets/ratings/standing/rules.ts'
import { banded, bars, funnelPlot } from '../charts.ts'
import { drawFigure } from '../figure.ts'
import { type Filter, type Grain, grainOf } from '../filters/rules.ts'
import { countPeople, countRatings, countReasons } from './queries.ts'
import { FEWEST_TO_COMPARE, limitsOf, type Placed, place, type Row, rowOf } from './rules.ts'
import { listSaid } from './said/queries.ts'
import { seen } from './said/show.ts'

export type Place = { readonly db: Reader; readonly zone: string; readonly language: Language; readonly t: Words }
/** Of each list; all of it has a page of its own. */
const SHOWN = 12

/** Everything that the page shows for these days; people and their words only where `people` is set. */
export async function satisfactionOf(place: Place, filter: Filter, people: boolean) {
  const { db, zone } = place
  const grain = grainOf(filter)
  const [groups, reasons, rated, words, out] = await Promise.all([
    countRatings(db, { filter, grain, zone }),
    countReasons(db, { filter, zone }),
    people ? countPeople(db, { filter, zone }) : null,
    people ? listSaid(db, { filter, zone }, { only: 'words', limit: SHOWN }) : [],
    people ? listSaid(db, { filter, zone }, { only: 'excluded', limit: SHOWN }) : [],
  ])
  const rows = groups.map(rowOf)
  const [all] = rows.filter(({ by }) => by === 'all')
  const cut = (by: Row['by']) =>
    rows.filter((row) => row.by === by && row.asked > 0).map((row) => ({ ...row, label: labelOf(place, row, grain) }))
  const cuts = {
    when: cut('when'),
    channel: cut('channel'),
    category: cut('category'),
    hour: cut('hour').sort(byHour),
    department: cut('department'),
  }
  return {
    grain,
    all,
    cuts,
    reasons: reasons.map((one) => ({ ...one, isProduct: Object.hasOwn(PRODUCT_REASONS, one.reason) })),
    norm: rated?.norm,
    people: rated ? rated.people.map((one) => placed(one, rated.norm)).sort(byVerdict) : null,
    words: words.map(seen),
    excluded: out.map(seen),
    charts: all && all.asked > 0 ? await chartsOf(place, { all, cuts, rated, filter }) : null,
    fewest: FEWEST_TO_COMPARE,
  }
}

const placed = (one: Parameters<typeof place>[0], norm: Parameters<typeof place>[1]): Placed => place(one, norm)
const ORDER = ['below', 'above', 'chance', 'few']
const byVerdict = (a: Placed, b: Placed): number =>
  ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || b.count - a.count
/** A night begins at noon: its hours stand together. */
const byHour = (a: Row, b: Row): number => ((Number(a.key) + 12) % 24) - ((Number(b.key) + 12) % 24)

/** A month with its year: over two years there are two of each. */
export function labelOf({ language, t }: Pick<Place, 'language' | 't'>, row: Row, grain: Grain = 'day'): string {
  switch (row.by) {
    case 'when':
      return grain === 'month' ? row.key.slice(0, 7) : dateName(row.key, language)
    case 'hour':
      return `${row.key.padStart(2, '0')}:00`
    case 'channel':
      return t(`tickets.channel.${row.key}`)
    case 'category':
      return nameOf(row.name, language) ?? t('satisfaction.no_topic')
    case 'department':
      return nameOf(row.name, language) ?? t('satisfaction.nobody')
    case 'all':
      return t('satisfaction.all')
  }
}
const nameOf = (name: Bilingual | null, language: Language): string | undefined => name?.[language]

type Drawn = {
  all: Row
  cuts: Record<'when' | 'hour', (Row & { label: string })[]>
  rated: Awaited<ReturnType<typeof countPeople>> | null
  filter: Filter
}
const percent = (share: number | null): number | null => (share === null ? null : Math.round(share * 1000) / 10)

async function chartsOf({ t, language }: Place, { all, cuts, rated }: Drawn) {
  const [service, product] = [t('satisfaction.service'), t('satisfaction.product')]
  const named = (name: string) => ({ name, label: t(`satisfaction.chart.${name}`) })
  const ends = (end: 'low' | 'high'): number[] =>
    cuts.when.map(({ serviceOf }) => percent(serviceOf.count ? serviceOf.interval[end] : 0) ?? 0)
  const marks = drawFigure({
    ...named('marks'),
    option: (room) =>
      bars(
        {
          labels: ['1', '2', '3', '4', '5'].map((mark) => t('satisfaction.mark', { mark })),
          series: [
            { name: service, values: all.service },
            { name: product, values: all.product },
          ],
        },
        room,
      ),
  })
  const trend = drawFigure({
    ...named('trend'),
    option: () =>
      banded({
        labels: cuts.when.map(({ label }) => label),
        name: service,
        values: cuts.when.map(({ serviceOf }) => percent(serviceOf.content)),
        low: ends('low'),
        high: ends('high'),
      }),
  })
  const hours = drawFigure({
    ...named('hours'),
    option: (room) =>
      bars(
        {
          percent: true,
          labels: cuts.hour.map(({ label }) => label.slice(0, 2)),
          series: [
            { name: service, values: cuts.hour.map(({ serviceOf }) => percent(serviceOf.content)) },
            { name: product, values: cuts.hour.map(({ productOf }) => percent(productOf.content)) },
          ],
        },
        room,
      ),
  })
  const option = rated && rated.norm.count > 0 ? funnelOf(t, language, rated) : null
  return {
    marks: await marks,
    trend: await trend,
    hours: await hours,
    funnel: option && (await drawFigure({ ...named('funnel'), option: () => option, rooms: FUNNEL })),
  }
}

const FUNNEL = { wide: { width: 640, height: 360 }, narrow: { width: 340, height: 320 } }

function funnelOf(t: Words, language: Language, { norm, people }: NonNullable<Drawn['rated']>) {
  const limits = limitsOf(norm, Math.max(...people.map(({ count }) => count)))
  const curve = (which: 'wide' | 'narrow') =>
    limits.map((one) => ({ x: one.count, low: one[which].low * 100, high: one[which].high * 100 }))
  const points = people.map((person) => {
    const { verdict } = place(person, norm)
    const differs = verdict === 'above' || verdict === 'below'
    return {
      x: person.count,
      y: Math.round(person.value * 1000) / 10,
      name: language === 'en' && person.nameEn ? person.nameEn : person.name,
      ink: verdict === 'below' ? ('lamp' as const) : differs ? ('ok' as const) : ('quiet' as const),
      named: differs,
    }
  })
  return funnelPlot({
    points,
    norm: norm.mean * 100,
    wide: curve('wide'),
    narrow: curve('narrow'),
    across: t('satisfaction.ratings'),
  })
}
