import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { withoutErased } from '../../kernel/erased.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { query } from '../../web/forms.ts'
import { needOf, staffOnly } from '../../web/guard.ts'
import { page } from '../../web/page.ts'
import { SHEET_FORMATS, type Sheet, sheet } from '../../web/sheet.ts'
import { choicesOf, FILTER, quickSpans, readFilter } from '../filters/reading.ts'
import { addressOf, type Filter } from '../filters/rules.ts'
import { countRatings } from './queries.ts'
import { rowOf } from './rules.ts'
import { listAll } from './said/queries.ts'
import { saidPage } from './said/routes.ts'
import { seen } from './said/show.ts'
import { labelOf, satisfactionOf } from './show.ts'

const USUAL_DAYS = 30
/** More than anybody reads; less than what holds up others. */
const MOST_ROWS = 50_000
const TABLES = ['groups', 'ratings'] as const

/** /satisfaction: what customers said of the service and of the product; for the group counted, for HR person by person. */
export const satisfactionRoutes = (deps: Deps) => {
  const { db, clock, config } = deps
  const zone = config.timeZone
  const read = (asked: Parameters<typeof readFilter>[0]) => readFilter(asked, clock.now(), USUAL_DAYS, zone)
  const reads = staffOnly(deps, 'satisfaction.read')
  return new Hono<Env>()
    .get('/', reads, async (c) => {
      const { filter, refused, typed } = read(query(c, FILTER))
      const people = c.var.me.capabilities.has('satisfaction.people')
      const place = { db, zone, language: c.var.language, t: wordsOf(c.var.language) }
      const [shown, choices] = await Promise.all([satisfactionOf(place, filter, people), choicesOf(db)])
      const values = {
        ...shown,
        ...choices,
        filter,
        typed,
        refused,
        sees: people,
        quick: quickSpans('/satisfaction', filter, clock.now(), zone),
        whole: {
          words: addressOf('/satisfaction/words', filter),
          excluded: addressOf('/satisfaction/excluded', filter),
        },
        sheets: sheetsOf(filter, people),
      }
      return page(c, deps, 'satisfaction/show', values, refused ? 422 : 200)
    })
    .get('/:list{words|excluded}', reads, (c) => saidPage(c, deps, USUAL_DAYS))
    .get('/:table{(groups|ratings)\\.(csv|xlsx)}', reads, async (c) => {
      const [table, format] = String(c.req.param('table')).split('.')
      const { filter } = read(query(c, FILTER))
      const wanted = z.enum(TABLES).parse(table)
      if (wanted === 'ratings') needOf(c.var.me, 'satisfaction.people')
      const one = wanted === 'groups' ? await groupsSheet(c, filter) : await ratingsSheet(c, filter)
      return sheet(c, one, z.enum(SHEET_FORMATS).parse(format), zone)
    })

  async function groupsSheet(c: Context<Env>, filter: Filter): Promise<Sheet> {
    const t = wordsOf(c.var.language)
    const rows = (await countRatings(db, { filter, grain: 'day', zone })).map(rowOf)
    const head = [
      'cut',
      'what',
      'asked',
      'given',
      'rate',
      'service',
      'content',
      'low',
      'high',
      'product',
      'product_content',
    ]
    return {
      name: `${t('satisfaction.title')} ${filter.from} ${filter.to}`,
      columns: head.map((key) => t(`satisfaction.column.${key}`)),
      rows: rows.map((row) => [
        t(`satisfaction.by.${row.by}`),
        row.by === 'when' ? row.key : labelOf({ language: c.var.language, t }, row),
        row.asked,
        row.given,
        round(row.rate),
        round(row.serviceOf.mean),
        round(row.serviceOf.content),
        round(row.serviceOf.count ? row.serviceOf.interval.low : null),
        round(row.serviceOf.count ? row.serviceOf.interval.high : null),
        round(row.productOf.mean),
        round(row.productOf.content),
      ]),
    }
  }

  async function ratingsSheet(c: Context<Env>, filter: Filter): Promise<Sheet> {
    const { language } = c.var
    const t = wordsOf(language)
    const rows = (await listAll(db, { filter, zone }, MOST_ROWS)).map(seen)
    const head = [
      'number',
      'given_at',
      'channel',
      'person',
      'service',
      'product',
      'reasons',
      'comment',
      'counts',
      'why',
      'by',
    ]
    return {
      name: `${t('satisfaction.each')} ${filter.from} ${filter.to}`,
      columns: head.map((key) => t(`satisfaction.column.${key}`)),
      rows: rows.map((one) => [
        one.number,
        one.givenAt,
        t(`tickets.channel.${one.channel}`),
        nameIn(one.staff, language),
        one.service,
        one.product,
        one.reasons.map((reason) => t(`chat.rate.reason.${reason}`)).join('; '),
        one.comment && withoutErased(one.comment),
        t(one.reason ? 'ratings.state.excluded' : one.contested ? 'ratings.state.contested' : 'ratings.state.counted'),
        one.reason && t(`ratings.reason.${one.reason}`),
        one.reason &&
          (nameIn(one.byName, language) ?? t(`ratings.by.${one.by === 'customer' ? 'customer' : 'record'}`)),
      ]),
    }
  }
}

const round = (value: number | null): number | null => (value === null ? null : Math.round(value * 1000) / 1000)
const nameIn = (person: { name: string; nameEn: string } | null, language: string): string | null =>
  person && (language === 'en' && person.nameEn ? person.nameEn : person.name)

const sheetsOf = (filter: Filter, people: boolean) =>
  TABLES.filter((table) => table === 'groups' || people).map((table) => ({
    table,
    csv: addressOf(`/satisfaction/${table}.csv`, filter),
    xlsx: addressOf(`/satisfaction/${table}.xlsx`, filter),
  }))
