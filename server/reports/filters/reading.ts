import { z } from 'zod'
import { listDepartments } from '../../accounts/departments/queries.ts'
import type { CategoryId, DepartmentId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import { listTopics } from '../../settings/categories/queries.ts'
import { day, optionalText, rowId } from '../../web/forms.ts'
import { addressOf, CHANNELS, type Filter, lastDays, whyNotSpan } from './rules.ts'

const nothing = optionalText(0)

/** The query of a page of figures; an empty field is none. */
export const FILTER = {
  from: day.or(nothing).optional(),
  to: day.or(nothing).optional(),
  channel: z.enum(CHANNELS).or(nothing).optional(),
  category: rowId.or(nothing).optional(),
  department: rowId.or(nothing).optional(),
}
type Asked = { [Key in keyof typeof FILTER]?: string | undefined }

/** What was asked; where its days cannot be, the usual ones and the reason. */
export function readFilter(asked: Asked, now: Date, usualDays: number, zone: string) {
  const usual = lastDays(now, usualDays, zone)
  const span = { from: asked.from || usual.from, to: asked.to || usual.to }
  const refused = whyNotSpan(span)
  const filter: Filter = {
    ...(refused ? usual : span),
    channel: (asked.channel || null) as Filter['channel'],
    category: (asked.category || null) as CategoryId | null,
    department: (asked.department || null) as DepartmentId | null,
  }
  return { filter, refused, typed: span }
}

/** What the lists of a filter offer. */
export async function choicesOf(db: Reader) {
  const [topics, departments] = await Promise.all([listTopics(db), listDepartments(db)])
  return { topics: topics.map(({ id, name }) => ({ id, name })), departments, channels: CHANNELS }
}

const QUICK_DAYS = [7, 30, 90, 365]

/** The stretches that people ask for, under the same filters. */
export const quickSpans = (path: string, filter: Filter, now: Date, zone: string) =>
  QUICK_DAYS.map((days) => {
    const span = lastDays(now, days, zone)
    return {
      days,
      address: addressOf(path, { ...filter, ...span }),
      current: span.from === filter.from && span.to === filter.to,
    }
  })
