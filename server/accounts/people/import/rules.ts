import type { DepartmentId, StaffId } from '../../../kernel/ids.ts'
import type { Bilingual } from '../../../kernel/language.ts'
import { type Refusal, refusal } from '../../../kernel/refusal.ts'
import { sameName } from '../../departments/rules.ts'
import {
  changedFields,
  type Facts,
  type House,
  isNumber,
  partsOf,
  skillsIn,
  whyNotChange,
  whyNotFacts,
} from '../rules.ts'
import { type Column, columnOf, languageOf, postOf, REQUIRED, rankOf, roleOf } from './columns.ts'

type Line = { readonly line: number; readonly cells: readonly string[] }
export type Known = Facts & { readonly id: StaffId; readonly active: boolean }

/** The house as it is: what the lines are held against. */
export type Context = Omit<House, 'heads'> & {
  readonly departments: readonly { readonly id: DepartmentId; readonly code: string; readonly name: Bilingual }[]
  /** People whose number stands in the list. */
  readonly known: ReadonlyMap<string, Known>
  /** Sign-in names of the list that somebody holds already, with whose number. */
  readonly logins: ReadonlyMap<string, string>
  readonly heads: ReadonlyMap<StaffId, DepartmentId>
}

/** What is wrong, with where: the line of the file, and the column where it is one cell. */
export type Problem = {
  readonly line: number
  readonly column: Column | null
  readonly value: string
  readonly reason: Refusal
}
export type Plan = {
  readonly problems: readonly Problem[]
  readonly added: readonly Facts[]
  readonly changed: readonly { readonly before: Known; readonly after: Facts }[]
  readonly same: number
}

/** Goes through every line and names every bad one; nothing is decided by the first. */
export function planImport(lines: readonly Line[], context: Context): Plan {
  const [headings, ...rest] = lines
  if (!headings) return nothingBut([{ line: 1, column: null, value: '', reason: refusal('accounts.import_empty') }])
  const columns = headings.cells.map(columnOf)
  const bad = problemsOfHeadings(headings, columns)
  if (bad.length > 0) return nothingBut(bad)
  if (rest.length === 0)
    return nothingBut([{ line: headings.line, column: null, value: '', reason: refusal('accounts.import_empty') }])
  const read = rest.map((line) => readLine(line, columns as Column[], context))
  const good = read.filter((one) => one.facts !== null) as Good[]
  const problems = [...read.flatMap((one) => one.problems), ...problemsAmong(good, context)]
  const changed = good.flatMap(({ before, facts }) => (before ? [{ before, after: facts }] : []))
  const really = changed.filter(({ before, after }) => changedFields(before, after).length > 0)
  return {
    problems: problems.toSorted((a, b) => a.line - b.line),
    added: good.filter(({ before }) => !before).map(({ facts }) => facts),
    changed: really,
    same: changed.length - really.length,
  }
}

const nothingBut = (problems: readonly Problem[]): Plan => ({ problems, added: [], changed: [], same: 0 })

function problemsOfHeadings({ line, cells }: Line, columns: readonly (Column | undefined)[]): Problem[] {
  const problems: Problem[] = []
  for (const [at, column] of columns.entries()) {
    const value = cells[at] ?? ''
    if (!column) problems.push({ line, column: null, value, reason: refusal('accounts.import_heading', { value }) })
    else if (columns.indexOf(column) < at)
      problems.push({ line, column, value, reason: refusal('accounts.import_heading_twice', { value }) })
  }
  for (const column of REQUIRED)
    if (!columns.includes(column))
      problems.push({ line, column, value: '', reason: refusal('accounts.import_heading_missing') })
  return problems
}

type Read = {
  readonly line: number
  readonly before: Known | undefined
  readonly facts: Facts | null
  readonly problems: Problem[]
}
type Good = Read & { readonly facts: Facts }

function readLine({ line, cells }: Line, columns: readonly Column[], context: Context): Read {
  const problems: Problem[] = []
  const cell = (column: Column): string | undefined => {
    const at = columns.indexOf(column)
    return at < 0 ? undefined : (cells[at] ?? '')
  }
  const wrong = (column: Column | null, reason: Refusal): void => {
    problems.push({ line, column, value: (column && cell(column)) ?? '', reason })
  }
  if (cells.length > columns.length) wrong(null, refusal('accounts.import_cells', { count: columns.length }))
  for (const column of REQUIRED) if (!cell(column)) wrong(column, refusal('accounts.import_cell_missing'))
  const before = context.known.get(cell('number') ?? '')
  if (before && !before.active) wrong('number', refusal('accounts.import_gone'))
  const facts = factsOf(cell, before, context, wrong)
  if (problems.length === 0) {
    const reason = before
      ? whyNotChange(before, facts, { ...context, heads: context.heads.get(before.id) ?? null })
      : whyNotFacts(facts)
    if (reason) wrong(columnOfField(reason.field), reason)
  }
  return { line, before, facts: problems.length === 0 ? facts : null, problems }
}

type Cell = (column: Column) => string | undefined
type Wrong = (column: Column, reason: Refusal) => void

/** A column that is not in the list leaves what is; an empty cell empties what may be empty and leaves the rest. */
function factsOf(cell: Cell, before: Known | undefined, { departments }: Context, wrong: Wrong): Facts {
  const base = before ?? NEW
  const words = <T>(column: Column, read: (text: string) => T | undefined, kept: readonly T[]): readonly T[] => {
    const typed = cell(column)
    if (typed === undefined) return kept
    const parts = partsOf(typed).map((text) => ({ text, value: read(text) }))
    const [unknown] = parts.filter(({ value }) => value === undefined)
    if (unknown) wrong(column, refusal('accounts.import_word', { value: unknown.text }))
    return [...new Set(parts.flatMap(({ value }) => (value === undefined ? [] : [value])))]
  }
  const number = cell('number') ?? ''
  const name = tooLong(cell('name') ?? '', 'name', wrong)
  const languages = words('languages', languageOf, base.languages)
  const rank = cell('rank') ? rankOf(cell('rank') ?? '') : base.rank
  if (!rank) wrong('rank', refusal('accounts.import_word', { value: cell('rank') ?? '' }))
  if (number && !isNumber(number)) wrong('number', refusal('accounts.number_unclear'))
  const department = departments.find(({ code, name: { 'zh-CN': zh, en } }) =>
    [code, zh, en].some((one) => sameName(one, cell('department') ?? '')),
  )
  if (cell('department') && !department)
    wrong('department', refusal('accounts.import_department', { value: cell('department') ?? '' }))
  return {
    number,
    login: (cell('login') ?? (before ? base.login : '')).toLowerCase() || (before?.login ?? number.toLowerCase()),
    name,
    nameEn: tooLong(cell('nameEn') ?? (before ? base.nameEn : ''), 'nameEn', wrong) || name,
    departmentId: department?.id ?? base.departmentId,
    rank: rank ?? base.rank,
    roles: words('roles', roleOf, base.roles),
    posts: words('posts', postOf, base.posts),
    skills: cell('skills') === undefined ? base.skills : skillsIn(cell('skills') ?? ''),
    languages: languages.length > 0 ? languages : base.languages,
    phone: cell('phone') === undefined ? base.phone : cell('phone') || null,
    email: cell('email') === undefined ? base.email : cell('email') || null,
  }
}

const NAME_LETTERS = 80
function tooLong(text: string, column: Column, wrong: Wrong): string {
  if (Array.from(text).length > NAME_LETTERS)
    wrong(column, refusal('accounts.import_name_long', { count: NAME_LETTERS }))
  return text
}

const NEW: Facts = {
  number: '',
  login: '',
  name: '',
  nameEn: '',
  departmentId: '' as DepartmentId,
  rank: 'staff',
  roles: [],
  posts: [],
  skills: [],
  languages: ['zh-CN'],
  phone: null,
  email: null,
}

/** What no line shows alone: numbers and sign-in names that come twice, and whether anybody still administers the house. */
function problemsAmong(good: readonly Good[], { logins, administrators }: Context): Problem[] {
  const problems: Problem[] = []
  const numbers = new Map<string, number>()
  const names = new Map<string, number>()
  const inList = new Set(good.map(({ facts }) => facts.number))
  for (const { line, facts } of good) {
    const { number, login } = facts
    const sameNumber = numbers.get(number)
    const sameLogin = names.get(login)
    const holder = logins.get(login)
    if (sameNumber !== undefined)
      problems.push({
        line,
        column: 'number',
        value: number,
        reason: refusal('accounts.import_twice', { line: sameNumber }),
      })
    else if (sameLogin !== undefined)
      problems.push({
        line,
        column: 'login',
        value: login,
        reason: refusal('accounts.import_twice', { line: sameLogin }),
      })
    else if (holder !== undefined && holder !== number && !inList.has(holder))
      problems.push({ line, column: 'login', value: login, reason: refusal('accounts.login_taken') })
    numbers.set(number, sameNumber ?? line)
    names.set(login, sameLogin ?? line)
  }
  const leaving = good.filter(
    ({ before, facts }) => before && administrators.includes(before.id) && !administers(facts),
  )
  const last = leaving.at(-1)
  if (last && leaving.length === administrators.length && !good.some(({ facts }) => administers(facts)))
    problems.push({
      line: last.line,
      column: 'roles',
      value: '',
      reason: refusal('accounts.last_administrator'),
    })
  return problems
}

const administers = ({ roles }: Facts): boolean => roles.includes('administrator')

const columnOfField = (field: string | undefined): Column | null =>
  field === undefined ? null : (columnOf(field) ?? null)
