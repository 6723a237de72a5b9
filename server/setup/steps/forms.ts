import { z } from 'zod'
import { RANKS } from '../../kernel/capabilities.ts'
import { clockTime, day, optionalText, rowId } from '../../web/forms.ts'

export const MEMBERS = 3
export const AGENTS = 4
const list = (letters: number, most: number) => z.array(optionalText(letters)).max(most).default([])
/** So many rows, each of which may be somebody. */
const people = (most: number) => ({
  name: list(80, most),
  nameEn: list(80, most),
  number: list(20, most),
  email: list(120, most),
  department: z.array(rowId).max(most).default([]),
})

export const LEADERSHIP = {
  chief: rowId.or(z.literal('')),
  ...people(MEMBERS + 1),
  rank: z
    .array(z.enum(RANKS))
    .max(MEMBERS + 1)
    .default([]),
  firstDay: day,
  lastDay: day.or(z.literal('')),
}

export const NIGHT = {
  night: day,
  start: clockTime,
  end: clockTime,
  manager: rowId.or(z.literal('')),
  ...people(AGENTS + 1),
  reason: optionalText(500).optional(),
  leader: rowId.or(z.literal('')).optional(),
}

export type Rows = Pick<z.infer<z.ZodObject<typeof NIGHT>>, 'name' | 'nameEn' | 'number' | 'email' | 'department'> & {
  rank?: (typeof RANKS)[number][]
}
