import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { wordsOf } from '../../i18n/dictionaries.ts'
import type { ReportSubscriptionId } from '../../kernel/ids.ts'
import { Malformed, type Refusal } from '../../kernel/refusal.ts'
import { nightOf } from '../../kernel/time.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { day, form, optionalText, pathId, query } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { type SheetFormat, sheet } from '../../web/sheet.ts'
import { choicesOf } from '../filters/reading.ts'
import { CHANNELS, grainOf, whyNotSpan } from '../filters/rules.ts'
import { subscribeReport, unsubscribeReport } from '../subscriptions/actions.ts'
import { listOwn } from '../subscriptions/queries.ts'
import { PERIODS } from '../subscriptions/rules.ts'
import { before, gather } from './gathering.ts'
import { HOURS, nightsFrom, readSlice, sliceName } from './rules.ts'
import { chartsOf, labelOf, type Span, told, waysOf } from './show.ts'

type Ctx = Context<Env>
const nothing = optionalText(0)
const OF = z.string().regex(/^(channel:[a-z]{1,10}|(category|department):[1-9]\d{0,17})$/)
const ASKED = { from: day.or(nothing).optional(), to: day.or(nothing).optional(), of: OF.or(nothing).optional() }
const COLUMNS = [
  'asked',
  'wait',
  'answered',
  'answer',
  'answer90',
  'resolved',
  'resolution',
  'reopened',
  'sent',
  'accepted',
  'acceptance',
  'returned',
  'kept',
  'broken',
  'shifts',
  'ready',
  'late',
  'absent',
] as const
/** Beyond, what was before is another time and compares nothing. */
const COMPARED_NIGHTS = 100

/** /reports: a night, a week, a month or any stretch of nights; filters stand in the address. */
export const reportRoutes = (deps: Deps) => {
  const { db, clock, config } = deps
  const zone = config.timeZone
  const reads = staffOnly(deps, 'report.read')

  function asked(c: Ctx): { span: Span; typed: Span; refused: Refusal | null; of: string } {
    const { from, to, of = '' } = query(c, ASKED)
    const tonight = nightOf(clock.now(), zone)
    const typed = { from: from || to || tonight, to: to || from || tonight }
    if (of.startsWith('channel:') && !CHANNELS.some((one) => of === `channel:${one}`))
      throw new Malformed('bad_field', 'of')
    const refused = whyNotSpan(typed)
    return { span: refused ? { from: tonight, to: tonight } : typed, typed, refused, of }
  }

  async function table(c: Ctx, format: SheetFormat): Promise<Response> {
    const { span, of } = asked(c)
    const t = wordsOf(c.var.language)
    const report = await gather({ db, now: clock.now(), zone }, { ...span, grain: 'day', slice: readSlice(of) })
    const one = {
      name: `${t('report.title')} ${span.from} ${span.to}`,
      columns: [t('report.column.night'), ...COLUMNS.map((key) => t(`report.column.${key}_sheet`))],
      rows: report.lines.map((line) => [line.start, ...COLUMNS.map((key) => rounded(line[key]))]),
    }
    return sheet(c, one, format, zone)
  }

  return new Hono<Env>()
    .get('/', reads, async (c) => {
      const { span, typed, refused, of } = asked(c)
      const now = clock.now()
      const grain = grainOf(span)
      const slice = readSlice(of)
      const nights = nightsFrom(span.from, span.to).length
      const at = { db, now, zone }
      const [report, earlier, choices, subscriptions] = await Promise.all([
        gather(at, { ...span, grain, slice }),
        nights <= COMPARED_NIGHTS ? gather(at, { ...before(span), grain, slice }) : null,
        choicesOf(db),
        listOwn(db, c.var.me.staffId),
      ])
      const { language } = c.var
      const t = wordsOf(language)
      const names = new Map<string, string>([
        ...choices.topics.map(({ id, name }) => [`category:${id}`, name[language]] as const),
        ...choices.departments.map(({ id, name }) => [`department:${id}`, name[language]] as const),
        ...CHANNELS.map((one) => [`channel:${one}`, t(`tickets.channel.${one}`)] as const),
      ])
      const values = {
        ...choices,
        ...waysOf(span, slice, now, zone),
        span,
        typed,
        refused,
        of: sliceName(slice),
        isNight: nights === 1,
        nights,
        grain,
        sums: told(report.sums),
        earlierSums: earlier && earlier.sums.asked + earlier.sums.shifts > 0 ? told(earlier.sums) : null,
        lines: report.lines.map((line) => ({ ...told(line), label: labelOf(line.start, grain, language) })),
        hours: HOURS.map((hour) => ({
          hour: String(hour).padStart(2, '0'),
          count: report.whole.asked?.[String(hour)] ?? 0,
        })),
        uncounted: report.uncounted,
        charts: report.sums.asked + report.sums.shifts > 0 ? await chartsOf(report, grain, { t, language }) : null,
        periods: PERIODS,
        subscriptions: subscriptions.map((one) => ({ ...one, name: names.get(sliceName(one)) ?? null })),
      }
      return page(c, deps, 'report/show', values, refused ? 422 : 200)
    })
    .post('/subscriptions', reads, async (c) => {
      const { period, of, back } = await form(c, {
        period: z.enum(PERIODS),
        of: OF.or(nothing),
        back: optionalText(300),
      })
      await deps.transact(c.var.me.actor, (tx) => subscribeReport(tx, period, readSlice(of), zone))
      return seeOther(c, backTo(back))
    })
    .post('/subscriptions/:id/end', reads, async (c) => {
      const { back } = await form(c, { back: optionalText(300) })
      const id = pathId<ReportSubscriptionId>(c)
      await deps.transact(c.var.me.actor, (tx) => unsubscribeReport(tx, id))
      return seeOther(c, backTo(back))
    })
    .get('/nights.csv', reads, (c) => table(c, 'csv'))
    .get('/nights.xlsx', reads, (c) => table(c, 'xlsx'))
}

const backTo = (back: string): string => (/^\/reports(\?[\w=&:%.-]*)?$/.test(back) ? `${back}#mail` : '/reports#mail')
const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10)
