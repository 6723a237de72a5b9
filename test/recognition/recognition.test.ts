import { beforeEach, expect, test } from 'vitest'
import { listOfMonth } from '../../server/appraisal/queries.ts'
import { ERASED } from '../../server/kernel/erased.ts'
import type { CommendationId, PraiseId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import {
  checkFacts,
  decideCommendation,
  executeReward,
  nominate,
  withdrawNomination,
} from '../../server/recognition/actions.ts'
import { hearPraise, hearThanks, setPraiseAside } from '../../server/recognition/praises/actions.ts'
import { listHeard } from '../../server/recognition/praises/queries.ts'
import { getCommendation, listUndecided } from '../../server/recognition/queries.ts'
import { chooseWall, showOnWall } from '../../server/recognition/wall/actions.ts'
import { listWall } from '../../server/recognition/wall/queries.ts'
import { acts } from '../support/acts.ts'
import { night, october, openOctober, rated, worked } from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
let mei: StaffId
let zhao: StaffId
let xu: StaffId
let he: StaffId

beforeEach(async () => {
  announced.length = 0
  clock.set('2026-10-20T12:00:00+08:00')
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  zhao = await hire(database.db, '赵一', { posts: ['guard'] })
  xu = await hire(database.db, '许晴', { roles: ['hr'], posts: [] })
  he = await hire(database.db, '何总', { roles: ['leadership'], posts: [] })
})

const own = (one: StaffId) => as(one, null)
const hr = (one = xu) => as(one, null, ['hr'])
const group = (one = he) => as(one, null, ['leadership'])
const about = (staffId = mei, more: { words?: string; links?: string[]; praises?: PraiseId[] } = {}) => ({
  staffId,
  words: '独自守住整夜的断网潮',
  links: ['/incidents/301'],
  praises: [],
  ...more,
})
const nominated = (by = zhao): Promise<CommendationId> => transact(own(by), (tx) => nominate(tx, about()))
async function granted(): Promise<CommendationId> {
  const id = await nominated()
  await transact(hr(), (tx) => checkFacts(tx, id, { finding: 'holds', words: '' }))
  await transact(group(), (tx) =>
    decideCommendation(tx, id, { outcome: 'granted', why: '一夜之间帮了四十位客户', reward: '证书' }),
  )
  return id
}
/** As it stands once a month of before was excellent. */
const awardedForSeptember = () =>
  database.db
    .insertInto('commendations')
    .values({
      staff_id: mei,
      source: 'appraisal',
      state: 'granted',
      nominated_at: clock.now(),
      words: '九月优秀',
      links: ['/appraisal/1'],
      checked_by: xu,
      decided_by: he,
      decided_at: clock.now(),
      decision: '优秀',
    })
    .execute()
const names = () => announced.map(({ name }) => name)
const wall = async () => (await listWall(database.db, { before: null, limit: 50 })).map(({ staffId }) => staffId)

test('anybody nominates a colleague with what shows it, nobody themselves; pressed twice is once (row 54)', async () => {
  const id = await nominated()
  expect(await nominated()).toBe(id)
  await expect(transact(own(mei), (tx) => nominate(tx, about()))).rejects.toMatchObject({ code: 'recognition.oneself' })
  for (const [links, code] of [
    [[], 'recognition.link_missing'],
    [['somewhere'], 'recognition.not_a_link'],
    [['/a', '/b', '/c', '/d', '/e', '/f'], 'recognition.links_many'],
  ] as const)
    await expect(transact(own(zhao), (tx) => nominate(tx, about(mei, { links: [...links] })))).rejects.toMatchObject({
      code,
    })
})

test('personnel checks, the leaders decide with a reason; three different people, and none of them is whom it is about', async () => {
  const wu = await hire(database.db, '吴宁', { roles: ['hr'], posts: [] })
  const id = await transact(hr(wu), (tx) => nominate(tx, about()))
  const holds = { finding: 'holds' as const, words: '' }
  const grant = { outcome: 'granted' as const, why: '属实', reward: '' }
  await expect(transact(own(zhao), (tx) => checkFacts(tx, id, holds))).rejects.toMatchObject({ name: 'Denied' })
  await expect(transact(hr(wu), (tx) => checkFacts(tx, id, holds))).rejects.toMatchObject({
    code: 'recognition.nominated_by_you',
  })
  await expect(transact(group(), (tx) => decideCommendation(tx, id, grant))).rejects.toMatchObject({
    code: 'recognition.not_now.grant',
  })
  await expect(transact(hr(), (tx) => checkFacts(tx, id, { finding: 'fails', words: ' ' }))).rejects.toMatchObject({
    code: 'recognition.check_words',
  })
  await transact(hr(), (tx) => checkFacts(tx, id, holds))
  await expect(transact(hr(), (tx) => decideCommendation(tx, id, grant))).rejects.toMatchObject({ name: 'Denied' })
  await transact(group(), (tx) => decideCommendation(tx, id, grant))
  await transact(group(), (tx) => decideCommendation(tx, id, grant))
  expect((await getCommendation(database.db, id)).state).toBe('granted')
  expect(names()).toEqual(['commendation.nominated', 'commendation.checked', 'commendation.decided'])
})

test('a leader who checked the facts leaves the decision to another', async () => {
  const song = await hire(database.db, '宋理', { roles: ['leadership'], posts: [] })
  const id = await nominated()
  await transact(group(), (tx) => checkFacts(tx, id, { finding: 'holds', words: '' }))
  const decline = { outcome: 'declined' as const, why: '属于日常职责' }
  await expect(transact(group(), (tx) => decideCommendation(tx, id, decline))).rejects.toMatchObject({
    code: 'recognition.checked_by_you',
  })
  await transact(group(song), (tx) => decideCommendation(tx, id, decline))
  expect(await getCommendation(database.db, id)).toMatchObject({ state: 'declined', decision: '属于日常职责' })
})

test('a nomination is taken back by whoever made it, until it is decided', async () => {
  const id = await nominated()
  await expect(transact(own(mei), (tx) => withdrawNomination(tx, id))).rejects.toMatchObject({ name: 'NotFound' })
  await transact(own(zhao), (tx) => withdrawNomination(tx, id))
  await transact(own(zhao), (tx) => withdrawNomination(tx, id))
  const other = await granted()
  await expect(transact(own(zhao), (tx) => withdrawNomination(tx, other))).rejects.toMatchObject({
    code: 'recognition.not_now.withdraw',
  })
})

test('the best mark with words flows in as a suggestion, once; other marks, no words and what was left out do not', async () => {
  const { db } = database
  const rate = async (service: number, comment: string | null) => {
    const { ratingId } = await rated(db, mei, { service })
    await db.updateTable('ratings').set({ comment }).where('id', '=', ratingId).execute()
    await transact(system, (tx) => hearPraise(tx, ratingId as never))
    await transact(system, (tx) => hearPraise(tx, ratingId as never))
    return ratingId
  }
  const good = await rate(5, '半夜还有人这么耐心，谢谢')
  await rate(5, null)
  await rate(5, '  ')
  await rate(4, '不错')
  const out = await rate(5, '很好')
  await db
    .insertInto('rating_exclusions')
    .values({
      rating_id: out,
      reason: 'wrong_agent',
      why: '别人接的',
      contest_id: null,
      excluded_by: xu,
      excluded_at: clock.now(),
      lifted_by: null,
      lifted_at: null,
      lifted_why: '',
    })
    .execute()
  const heard = await listHeard(db, { since: new Date(0), limit: 10 })
  expect(heard.map(({ ratingId }) => ratingId)).toEqual([good])
  expect(names().filter((name) => name === 'praise.heard')).toHaveLength(2)
})

/** A conversation in which Mei answered and the customer said this; the number of the round. */
async function said(ticketId: TicketId, words: readonly string[]): Promise<void> {
  const line = (seq: number, body: string, by: StaffId | null) => ({
    ticket_id: ticketId as string,
    seq,
    round: 1,
    author: by ? `staff:${by}` : 'customer',
    staff_id: by as string | null,
    client_id: crypto.randomUUID(),
    body,
    code: null,
    details: null,
    at: new Date('2026-10-12T23:00:00+08:00'),
  })
  await database.db
    .insertInto('messages')
    .values([
      line(1, '家里断网了，在线等', null),
      line(2, '请看一下光猫', zhao),
      line(3, '我来接手', mei),
      ...words.map((body, n) => line(4 + n, body, null)),
    ])
    .execute()
}
const heard = () => listHeard(database.db, { since: new Date(0), limit: 10 })

test('what a customer says in praise in the conversation flows in when it is resolved, for whoever had spoken last; politeness does not', async () => {
  const praising = await rated(database.db, mei, { service: 3 })
  const polite = await rated(database.db, mei, { service: 3 })
  await said(praising.ticketId, ['好的，谢谢', '半夜三点还这么有耐心，真的太感谢林工了，帮了大忙！', '再见'])
  await said(polite.ticketId, ['非常感谢', '好的谢谢'])
  for (const { ticketId } of [praising, polite, praising]) await transact(system, (tx) => hearThanks(tx, ticketId, 1))
  expect(await heard()).toMatchObject([
    { staffId: mei, ratingId: null, ticketId: praising.ticketId, comment: expect.stringContaining('帮了大忙') },
  ])
  expect(names().filter((name) => name === 'praise.heard')).toHaveLength(1)
})

test('one conversation praises once: the words with the best mark stand for those before it, and an erased customer has said nothing', async () => {
  const { db } = database
  const { ticketId, ratingId } = await rated(db, mei, { service: 5 })
  await db.updateTable('ratings').set({ comment: '讲得很清楚' }).where('id', '=', ratingId).execute()
  await said(ticketId, ['你们的服务非常好，请表扬这位客服'])
  await transact(system, (tx) => hearThanks(tx, ticketId, 1))
  expect((await heard()).map(({ comment }) => comment)).toEqual(['你们的服务非常好，请表扬这位客服'])
  await transact(system, (tx) => hearPraise(tx, ratingId as never))
  expect((await heard()).map(({ comment }) => comment)).toEqual(['讲得很清楚'])
  await transact(system, (tx) => hearThanks(tx, ticketId, 1))
  expect(await heard()).toHaveLength(1)
  const other = await rated(db, mei, { service: 3 })
  await said(other.ticketId, ['态度很好，一定要表扬她一下'])
  await transact(system, (tx) => hearThanks(tx, other.ticketId, 1))
  expect(await heard()).toHaveLength(2)
  await db.updateTable('messages').set({ body: ERASED }).where('ticket_id', '=', other.ticketId).execute()
  expect(await heard()).toHaveLength(1)
})

test('what customers said becomes a nomination, or is set aside; either leaves the suggestions', async () => {
  const { db } = database
  for (const comment of ['谢谢', '讲得很清楚']) {
    const { ratingId } = await rated(db, mei, { service: 5 })
    await db.updateTable('ratings').set({ comment }).where('id', '=', ratingId).execute()
    await transact(system, (tx) => hearPraise(tx, ratingId as never))
  }
  const [second, first] = await listHeard(db, { since: new Date(0), limit: 10 })
  if (!first || !second) throw new Error('nothing was heard')
  await expect(
    transact(own(zhao), (tx) => nominate(tx, about(mei, { links: [], praises: [first.id] }))),
  ).rejects.toMatchObject({ code: 'recognition.praise_not_yours' })
  const id = await transact(hr(), (tx) => nominate(tx, about(mei, { links: [], praises: [first.id] })))
  expect((await getCommendation(db, id)).source).toBe('customers')
  await transact(hr(), (tx) => setPraiseAside(tx, second.id))
  expect(await listHeard(db, { since: new Date(0), limit: 10 })).toEqual([])
})

test('what is granted stands on the wall; whoever does not want to stand there does not, as a whole or for one', async () => {
  const id = await granted()
  expect(await wall()).toEqual([mei])
  await expect(transact(own(zhao), (tx) => showOnWall(tx, id, false))).rejects.toMatchObject({ name: 'NotFound' })
  await transact(own(mei), (tx) => showOnWall(tx, id, false))
  expect(await wall()).toEqual([])
  await transact(own(mei), (tx) => showOnWall(tx, id, true))
  await transact(own(mei), (tx) => chooseWall(tx, false))
  expect(await wall()).toEqual([])
  await transact(own(mei), (tx) => chooseWall(tx, true))
  expect(await wall()).toEqual([mei])
  await database.db.updateTable('staff').set({ active: false }).where('id', '=', mei).execute()
  expect(await wall()).toEqual([])
})

test('a reward is handed over by people, and noted', async () => {
  const id = await granted()
  await expect(transact(own(mei), (tx) => executeReward(tx, id))).rejects.toMatchObject({ name: 'Denied' })
  await transact(hr(), (tx) => executeReward(tx, id))
  expect((await getCommendation(database.db, id)).state).toBe('executed')
})

test('fourteen days without a decision are told to personnel, once (row 54)', async () => {
  const id = await nominated()
  const due = async (days: number) =>
    (await listUndecided(database.db, new Date(clock.now().getTime() - days * 86_400_000), 10)).map((one) => one.id)
  expect(await due(14)).toEqual([])
  clock.set('2026-11-04T12:00:00+08:00')
  expect(await due(14)).toEqual([id])
})

test('what was granted in a month is a good finding of that month, +1; an award for an excellent month is not counted again', async () => {
  const { db } = database
  for (let day = 1; day <= 4; day++)
    await worked(db, mei, 'service', { night: night(day), arrival: 'late', minutes: 30 })
  await granted()
  await awardedForSeptember()
  await openOctober({ db, transact, clock })
  const [one] = (await listOfMonth(db, (await october(db)).id)).filter(({ staffId }) => staffId === mei)
  expect(one?.result).toMatchObject({ points: 1, score: 51 })
  expect(await wall()).toEqual([mei, mei])
})
