import type { Words } from '../i18n/dictionaries.ts'
import type { Bilingual, Language } from '../kernel/language.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Reader } from '../schema.ts'
import { type Change, lastChange, listChanges } from './changes/queries.ts'
import { definitionOf, isSettingKey, keysOf, type SettingKey, type Settings } from './definitions.ts'
import { GROUPS, type Group } from './kinds.ts'
import { readSettings } from './queries.ts'
import { DEFAULTS, fieldsOf, sameValue, type Typed, typedKeysOf, typedOf } from './rules.ts'

/** For whom a page is written. */
export type Readership = { readonly t: Words; readonly language: Language }

const CHANGES_READ = 200
const EARLIER_SHOWN = 8

/** The page of a group: each setting with value, default, bounds, unit and its changes; what was typed instead of what is in force where a form came back. */
export async function groupPage(
  db: Reader,
  group: Group,
  reader: Readership,
  back?: { readonly typed: Typed; readonly refused: readonly Refusal[] },
) {
  const keys = keysOf(group)
  const [settings, changes, seen] = await Promise.all([
    readSettings(db),
    listChanges(db, { of: keys, limit: CHANGES_READ }),
    lastChange(db, keys),
  ])
  const refused = new Map(back?.refused.map((reason) => [reason.field ?? '', reason]))
  return {
    group,
    seen,
    refused: refused.get('') ?? null,
    rows: typedKeysOf(group).map((key) => rowOf({ key, settings, reader, back, refused, changes })),
    settings,
    changes,
  }
}

type Row = {
  readonly key: SettingKey
  readonly settings: Settings
  readonly reader: Readership
  readonly back: { readonly typed: Typed } | undefined
  readonly refused: ReadonlyMap<string, Refusal>
  readonly changes: readonly Change[]
}

function rowOf({ key, settings, reader, back, refused, changes }: Row) {
  const definition = definitionOf(key)
  const [value, own] = [settings[key], DEFAULTS[key]]
  const typed = back?.typed ?? typedOf(key, value)
  const fields = fieldsOf(key).map((name) => ({
    name,
    id: name.replace('.', '-'),
    language: definition.kind === 'both' ? name.split('.')[1] : null,
    value: typed[name] ?? '',
    error: refused.get(name) ?? null,
  }))
  const before = typedOf(key, value)
  const [last, ...earlier] = changes.filter(({ subject }) => subject === key)
  return {
    key,
    kind: definition.kind,
    definition,
    fields,
    /** Beside a field that came back with something else in it. */
    inForce: fields.some((field) => field.value !== before[field.name]) ? wordsFor(value, reader) : null,
    own: wordsFor(own, reader),
    isOwn: sameValue(value, own),
    last: last && saidOf(last, reader),
    earlier: earlier.slice(0, EARLIER_SHOWN).map((change) => saidOf(change, reader)),
  }
}

/** A change with its values in the reader's words. */
export const saidOf = (change: Change, reader: Readership) => ({
  ...change,
  who: change.by ? (reader.language === 'en' && change.by.nameEn) || change.by.name : reader.t('settings.program'),
  from: wordsFor(change.old, reader),
  to: wordsFor(change.new, reader),
  ...subjectOf(change.subject),
})

/** A value as people read it; an empty text where there is none. */
export function wordsFor(value: unknown, { t, language }: Readership): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  const { name, origin, version, file } = value as Record<string, unknown>
  if (typeof file === 'string') return t('settings.changes.picture')
  if (typeof version === 'number') return t('settings.changes.version', { version })
  if (typeof origin === 'string') return origin
  if (name) return topicWords(value as KeptTopic, { t, language })
  const sides = value as Bilingual
  return [sides['zh-CN'], sides.en].filter(Boolean).join(' / ')
}

type KeptTopic = { name: Bilingual; skill: string | null; active: boolean; place?: number }
const topicWords = ({ name, skill, active, place }: KeptTopic, { t, language }: Readership): string =>
  [name[language], skill, place && t('settings.changes.place', { place }), active ? '' : t('settings.changes.off')]
    .filter(Boolean)
    .join(' · ')

/** The word for what changed: the name of a setting, or the kind of thing. */
const subjectOf = (subject: string): { named: string } => ({
  named: isSettingKey(subject)
    ? `settings.each.${subject}.name`
    : `settings.changes.subject.${subject.split(':')[0] ?? ''}`,
})

/** Every page of settings with what it is about, and how many of its settings are the company's own. */
export async function listPages(db: Reader) {
  const settings = await readSettings(db)
  const groups = GROUPS.map((id) => ({
    id,
    icon: ICONS[id],
    name: `settings.group.${id}`,
    about: `settings.about.${id}`,
    changed: keysOf(id).filter((key) => !sameValue(settings[key], DEFAULTS[key])).length,
  }))
  return [...groups, ...LISTS]
}

const ICONS: Readonly<Record<Group, string>> = {
  desk: 'headset',
  clocks: 'timer',
  shifts: 'moon',
  roster: 'calendar-days',
  customers: 'sun',
  phone: 'phone',
  privacy: 'eye',
  conduct: 'shield-check',
  notices: 'bell',
  people: 'lock',
  appraisal: 'badge-check',
  brand: 'sparkles',
}
const LISTS = [
  { id: 'categories', icon: 'git-branch', name: 'settings.other.categories', about: 'settings.categories.about' },
  { id: 'sla', icon: 'timer', name: 'sla.title', about: 'sla.about' },
  { id: 'sites', icon: 'globe', name: 'settings.other.sites', about: 'settings.sites.about' },
  { id: 'lines', icon: 'phone', name: 'lines.title', about: 'lines.about' },
  { id: 'channels', icon: 'send', name: 'channels.title', about: 'channels.about' },
  { id: 'letters', icon: 'mail', name: 'notices.previews.title', about: 'notices.previews.about' },
  { id: 'terms', icon: 'file-text', name: 'settings.other.terms', about: 'policies.in_short' },
  { id: 'mail', icon: 'mail', name: 'letters.preview.title', about: 'letters.preview.about' },
  { id: 'history', icon: 'clock', name: 'settings.other.history', about: 'settings.changes.about' },
  { id: 'operation', href: '/operation', icon: 'server', name: 'settings.other.operation', about: 'operation.about' },
] as const

/** All reasons, not only the first: each stands under its field. */
export const reasonsIn = (error: unknown, refused: readonly Refusal[]): readonly Refusal[] => {
  if (!(error instanceof Refusal)) throw error
  return error.field ? refused : [error]
}
