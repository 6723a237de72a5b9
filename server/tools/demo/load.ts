import { hash } from '@node-rs/argon2'
import { demoSignIns, isInhabited } from '../../accounts/queries.ts'
import { DEMO_PASSWORD } from '../../accounts/rules.ts'
import { recordCustomer } from '../../customers/actions.ts'
import { readContact } from '../../customers/rules.ts'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime } from '../../i18n/instants.ts'
import type { CategoryId, TicketId } from '../../kernel/ids.ts'
import { DAY, HOUR, MINUTE, plus } from '../../kernel/time.ts'
import { system } from '../../platform/actor.ts'
import { ensureTerms } from '../../policies/queries.ts'
import { listShifts, lockRoster, type ShiftView, shiftsAt } from '../../roster/queries.ts'
import type { Reader, Tx } from '../../schema.ts'
import { storeSetting } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import { tellAbuse } from './abuse.ts'
import { publishDemoArticles } from './articles.ts'
import type { Agent } from './cast.ts'
import { CANNED, COMPANY, DEPARTMENTS, TERMS, TOPICS } from './company.ts'
import { tellConfirmations } from './confirmations.ts'
import { CONVERSATIONS } from './conversations.ts'
import { beginOf, writeHistory } from './history.ts'
import { appointDemoLeaders } from './leaders.ts'
import { publishThisMonth } from './months.ts'
import { tellObligations } from './obligations.ts'
import { PEOPLE } from './people.ts'
import { tellPhone } from './phone.ts'
import { tellPlanning } from './planning.ts'
import { tellRequests } from './requests.ts'
import { extendDemoRoster, extendRoster } from './sweep.ts'
import { tellArrivals } from './worked.ts'

/** Since when at least everybody of the demo works there. */
const HERE_DAYS = 400
type Seeding = Pick<Deps, 'transact' | 'config'>

/**
 * The demo company into an empty database, whole or not at all: people, topics, roster, thirty conversations. Where the
 * company is there already, only its roster is extended. True where it moved in.
 */
export async function seedDemo({ transact, config }: Seeding): Promise<boolean> {
  // Cheap on purpose: one password for all, shown on the sign-in page.
  const passwordHash = await hash(DEMO_PASSWORD, { memoryCost: 4096, timeCost: 1 })
  const movedIn = await transact(system, async (tx) => {
    // Two starts at once on one database: the second finds the company there.
    await lockRoster(tx)
    if (await isInhabited(tx.db)) return false
    await moveIn(tx, passwordHash, config.publicUrl)
    await tellPlanning(tx, config.timeZone)
    await extendRoster(tx, config.timeZone)
    await publishThisMonth(tx, config.timeZone)
    await tellHistory(tx, config.timeZone)
    await tellRequests(tx)
    await tellAbuse(tx)
    await tellConfirmations(tx, config.timeZone)
    await tellPhone(tx)
    await tellObligations(tx)
    await tellArrivals(tx)
    return true
  })
  if (!movedIn) await extendDemoRoster({ transact, config })
  return movedIn
}

/** What the terminal shows a newcomer: who is on shift now, and how to sign in. */
export async function announceDemo({ db, clock, config }: Pick<Deps, 'db' | 'clock' | 'config'>): Promise<void> {
  const t = wordsOf('en')
  const people = await demoSignIns(db, clock.now())
  console.log(`\nDemo company. On shift now, password ${DEMO_PASSWORD} for all, at ${config.publicUrl}/sign-in:`)
  for (const { login, nameEn, name, what, until } of people)
    console.log(
      `  ${login}  ${nameEn} ${name}  ${t(`common.post.${what}`)}${until ? ` until ${clockTime(until, config.timeZone)}` : ''}`,
    )
}

async function moveIn(tx: Tx, passwordHash: string, publicUrl: string): Promise<void> {
  const { db, now } = tx
  await storeSetting(db, { key: 'companyName', value: COMPANY, by: null, at: now })
  await storeSetting(db, { key: 'dayDeskPhone', value: '400-000-1024', by: null, at: now })
  await storeSetting(db, { key: 'emergencyPhone', value: '400-000-1999', by: null, at: now })
  await storeSetting(db, { key: 'dayDeskEmail', value: 'service@clearbrook.example', by: null, at: now })
  await ensureTerms(db, TERMS, now)
  for (const origin of new Set([publicUrl, 'http://localhost:8080', 'http://127.0.0.1:8080', 'https://shop.example']))
    await db.insertInto('allowed_sites').values({ origin, added_at: now }).execute()
  await db
    .insertInto('departments')
    .values(DEPARTMENTS.map(({ code, name }, position) => ({ code, name: JSON.stringify(name), position })))
    .execute()
  const departments = new Map(
    (await db.selectFrom('departments').select(['id', 'code']).execute()).map(({ id, code }) => [code, id]),
  )
  await db
    .insertInto('staff')
    .values(
      PEOPLE.map((person, n) => ({
        number: person.number,
        login: person.number,
        name: person.name,
        name_en: person.nameEn,
        password_hash: passwordHash,
        department_id: departments.get(person.department) ?? '',
        rank: person.rank,
        standing_roles: person.roles,
        posts: person.posts,
        skills: person.skills,
        languages: person.languages,
        phone: null,
        // Reserved for examples: a letter to it reaches nobody.
        email: `${person.number}@clearbrook.example`,
        language: null,
        created_at: plus(now, -(HERE_DAYS + (n % 9) * 170) * DAY),
      })),
    )
    .execute()
  await appointDemoLeaders(tx)
  for (const [position, { code, parent, name, skill }] of TOPICS.entries()) {
    const above = parent
      ? await db.selectFrom('categories').select('id').where('code', '=', parent).executeTakeFirstOrThrow()
      : null
    await db
      .insertInto('categories')
      .values({ code, parent_id: above?.id ?? null, name: JSON.stringify(name), skill, position })
      .execute()
  }
  const topics = new Map(
    (await db.selectFrom('categories').select(['id', 'code']).execute()).map(({ id, code }) => [code, id]),
  )
  await db
    .insertInto('canned_replies')
    .values(
      CANNED.map(({ shortcut, title, body, kind, topic }) => ({
        shortcut,
        kind,
        title: JSON.stringify(title),
        body: JSON.stringify(body),
        category_id: topic && (topics.get(topic) ?? null),
        owner_id: null,
        saved_at: now,
        saved_by: null,
      })),
    )
    .execute()
  await publishDemoArticles(tx)
}

async function tellHistory(tx: Tx, zone: string): Promise<void> {
  const { db, now } = tx
  const categories = new Map(
    (await db.selectFrom('categories').select(['id', 'code']).execute()).map(({ id, code }) => [
      code,
      id as CategoryId,
    ]),
  )
  const shifts = await listShifts(db, '2000-01-01', '2999-01-01')
  const present = (await shiftsAt(db, now)).filter(({ post }) => post === 'service').map(agentOf)
  let turn = 0
  const open = { agent: 0, customer: 0 }
  for (const conversation of CONVERSATIONS) {
    const begin = beginOf(conversation, now, zone)
    const then = shifts.filter(({ post, from, to }) => post === 'service' && from <= begin && begin < to).map(agentOf)
    const live = conversation.state === 'open'
    // The open ones belong to the first two agents of the present shift, whom the sign-in page lists first: evenly, by who
    // waits for whom, so that either has room for what a newcomer asks.
    const lastBy = conversation.lines.at(-1)?.by === 'customer' ? 'customer' : 'agent'
    const agents = live ? rotate(present.slice(0, 2), open[lastBy]++ % 2) : rotate(then, turn)
    turn += 1
    const untouched = conversation.state === 'queued' || conversation.state === 'new'
    const customerId = await recordCustomer(tx, {
      name: conversation.customer,
      language: conversation.language,
      contact: readContact(conversation.contact),
    })
    const categoryId = categories.get(conversation.topic)
    if (!categoryId) throw new Error(`the demo speaks of a topic ${conversation.topic} that is not there`)
    const ticketId = await writeHistory(tx, conversation, {
      customerId,
      categoryId,
      zone,
      agents: untouched ? [] : agents,
    })
    if (untouched) await passedBy(db, ticketId, present, now)
  }
}

// Those who are on shift have been asked about what still waits and are not asked again tonight: a newcomer's own
// question is then the first that is offered to them.
async function passedBy(db: Reader, ticketId: TicketId, agents: readonly Agent[], now: Date): Promise<void> {
  if (agents.length === 0) return
  const at = plus(now, 8 * HOUR)
  await db
    .insertInto('offers')
    .values(
      agents.map(({ staffId }, n) => ({
        ticket_id: ticketId,
        staff_id: staffId,
        round: 1,
        hop: n + 1,
        state: 'passed' as const,
        made_at: at,
        expires_at: plus(at, MINUTE),
        ended_at: at,
      })),
    )
    .execute()
}

const agentOf = ({ staffId, id, name, nameEn }: ShiftView): Agent => ({ staffId, shiftId: id, name, nameEn })
const rotate = <T>(all: readonly T[], by: number): T[] =>
  all.length === 0 ? [] : [...all.slice(by % all.length), ...all.slice(0, by % all.length)]
