import { listDepartments } from '../../accounts/departments/queries.ts'
import { compose } from '../../accounts/invitations/letters.ts'
import { getPerson } from '../../accounts/people/queries.ts'
import { seesCustomer, shown, veiled, veilOf } from '../../customers/privacy/rules.ts'
import { requestLetter } from '../../escalations/letters.ts'
import { type EscalationView, viewEscalation } from '../../escalations/views/queries.ts'
import type { NoticeKind, ReminderKind } from '../../events/notifications.ts'
import type { DepartmentId, ReminderId } from '../../kernel/ids.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import { DAY, nightOf, plus } from '../../kernel/time.ts'
import type { Reader } from '../../schema.ts'
import type { SignedIn } from '../../web/env.ts'
import { readLines } from '../briefs/actions.ts'
import { briefLetter } from '../briefs/letters.ts'
import { findBrief } from '../briefs/queries.ts'
import { letterOf } from '../deliveries/letters.ts'
import { digestLetter } from '../digests/letters.ts'
import { listForDepartment } from '../digests/queries.ts'
import { KINDS } from '../notices/rules.ts'
import { reminderLetter } from '../reminders/letters.ts'
import { findReminder } from '../reminders/queries.ts'
import { withShifts } from '../rostering/letters.ts'
import { latestNotices, latestReminders, latestRequest } from './queries.ts'

export const LETTERS = ['digest', 'brief', 'request', 'reminder', 'notice', 'invitation', 'reset'] as const
export type LetterName = (typeof LETTERS)[number]

/** Where and when it is drawn, and for whose eyes. */
export type Scene = {
  readonly db: Reader
  readonly now: Date
  readonly zone: string
  readonly publicUrl: string
  readonly company: Bilingual
  readonly me: SignedIn
}
/** `empty`: there is nothing of the kind now, so that it would not go. */
export type Preview = {
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly empty: boolean
}
type Which = {
  readonly language: Language
  readonly department?: DepartmentId | undefined
  readonly of?: string | undefined
}
/** A letter of a feature further down, handed in (reactions.ts). */
export type MorePreviews = Readonly<Record<string, (scene: Scene, language: Language) => Promise<Preview>>>

/** The kinds of a letter that there is something of: of notices those that have one of their own. */
export async function kindsOf(letter: string, db: Reader): Promise<readonly string[]> {
  if (letter === 'reminder') return [...(await latestReminders(db)).keys()]
  if (letter !== 'notice') return []
  const found = [...(await latestNotices(db)).keys()].filter((kind) => !KINDS[kind].ownLetter)
  return [...new Set<NoticeKind>(['alarm', ...found])]
}

export async function composeLetter(letter: LetterName, scene: Scene, which: Which): Promise<Preview> {
  switch (letter) {
    case 'digest':
      return digest(scene, which)
    case 'brief':
      return brief(scene, which)
    case 'request':
      return request(scene, which)
    case 'reminder':
      return reminder(scene, which)
    case 'notice':
      return notice(scene, which)
    case 'invitation':
    case 'reset':
      return key(letter, scene, which)
  }
}

const readerOf = ({ me }: Scene, language: Language) => ({
  name: language === 'en' && me.nameEn ? me.nameEn : me.name,
  language,
})

async function digest(scene: Scene, { language, department }: Which): Promise<Preview> {
  const { db, now, zone, company, me } = scene
  const departments = await listDepartments(db)
  const one = departments.find(({ id }) => id === department) ?? departments[0]
  const requests = one ? await listForDepartment(db, one.id, now) : []
  const inFull = me.capabilities.has('customer.read')
  const covered = requests.map((each) => ({
    ...each,
    subject: shown('words', each.subject, inFull),
    need: shown('words', each.need, inFull),
  }))
  const around = { department: one?.name ?? company, company, now, zone }
  return { ...digestLetter(covered, readerOf(scene, language), around), empty: requests.length === 0 }
}

async function brief(scene: Scene, { language }: Which): Promise<Preview> {
  const { db, now, zone, company } = scene
  const night = nightOf(now, zone)
  const { lines, lived } = await readLines(db, night, zone)
  const words = (await findBrief(db, night))?.words ?? ''
  const to = readerOf(scene, language)
  return { ...briefLetter({ night, words, lines }, { to, company, zone, now }), empty: !lived }
}

async function request(scene: Scene, { language }: Which): Promise<Preview> {
  const { db, me } = scene
  const id = await latestRequest(db)
  const one = id && (await viewEscalation(db, id))
  const around = { ...scene, late: false }
  return { ...requestLetter(one ? covered(one, me) : NOTHING, readerOf(scene, language), around), empty: !one }
}

function covered(one: EscalationView, me: SignedIn): EscalationView {
  const veil = veilOf(seesCustomer(me, one.heldBy), one.customerName)
  const { subject, need, tried, contact } = one
  return {
    ...one,
    subject: veil.words(subject),
    customerName: veil.name,
    need: veil.words(need),
    tried: veil.words(tried),
    contact: veil.contact(contact),
  }
}

const NOTHING = {
  number: 'NT-1',
  subject: '…',
  need: '…',
  tried: '…',
  customerName: '…',
  contact: '…',
  promisedAt: null,
  acceptDueAt: null,
}

async function reminder(scene: Scene, { language, of }: Which): Promise<Preview> {
  const { db, me } = scene
  const latest = await latestReminders(db)
  const id = latest.get(of as ReminderKind) ?? [...latest.values()][0]
  const one = id ? await findReminder(db, id as ReminderId) : undefined
  const { name } = readerOf(scene, language)
  const sample = { ...NOTHING, kind: 'promise_soon', part: 'owner', dueAt: plus(scene.now, DAY) } as const
  return { ...reminderLetter({ ...(one ? veiled(me, one) : sample), name }, language, scene), empty: !one }
}

async function notice(scene: Scene, { language, of }: Which): Promise<Preview> {
  const { db, now } = scene
  const latest = await latestNotices(db)
  const found = latest.get((of ?? 'alarm') as NoticeKind)
  const sample = { kind: 'alarm', ref: 'alarm:nobody_eligible', count: 3, importance: 'duty', lastAt: now } as const
  const told = { ...(found ?? sample), part: 'own' } as const
  const { more } = found ? await withShifts({ db, now }, found, { ...scene, language }) : { more: [] }
  return { ...letterOf(told, { ...scene, more, to: readerOf(scene, language) }), empty: !found }
}

/** As they themselves would get it; its link opens nothing. */
async function key(kind: 'invitation' | 'reset', scene: Scene, { language }: Which): Promise<Preview> {
  const person = await getPerson(scene.db, scene.me.staffId)
  const made = { kind, token: '…', expiresAt: plus(scene.now, DAY) }
  const { subject, text, html } = compose(scene, language)({ ...person, language }, made)
  return { subject, text, html: html ?? '', empty: false }
}
