import { decideMeasure, putForward, stateOwn } from '../../appraisal/measures/actions.ts'
import { listMeasures } from '../../appraisal/measures/queries.ts'
import { monthsLater } from '../../appraisal/months/rules.ts'
import type { CommendationId } from '../../kernel/ids.ts'
import { DAY, HOUR, plus } from '../../kernel/time.ts'
import { checkFacts, decideCommendation, executeReward, nominate } from '../../recognition/actions.ts'
import { listHeard } from '../../recognition/praises/queries.ts'
import { acceptAnswer, answerRequest, askForDocuments } from '../../records/actions.ts'
import { openFalseRecord, stateRecord } from '../../records/cases/actions.ts'
import { at, type Demo } from './acting.ts'

/** What follows from the published month: what changes nothing is carried out, some are answered and decided, others still to be looked at. */
export async function tellMeasures(demo: Demo, month: string): Promise<void> {
  const { tx, zone } = demo
  const all = (await listMeasures(tx.db, { now: tx.now })).filter((one) => one.month === month)
  await tx.db
    .updateTable('appraisal_measures')
    .set({ state: 'executed', why: '按制度执行', decision: '按制度执行', decided_at: tx.now, executed_at: tx.now })
    .set({
      edited_by: demo.people.get('hr0101')?.id,
      decided_by: demo.people.get('ld0002')?.id,
      expires_at: monthsLater(tx.now, 12, zone),
    })
    .where('kind', '=', 'bonus')
    .where('coefficient', '=', '1.00')
    .where('state', '=', 'proposed')
    .execute()
  const awards = all.filter(({ kind }) => kind === 'award').slice(0, 2)
  const bonus = all.filter(({ kind, coefficient }) => kind === 'bonus' && coefficient !== 1).slice(0, 3)
  for (const [n, one] of [...awards, ...bonus].entries()) {
    const now = plus(tx.now, -(6 - n) * DAY)
    const number = [...demo.people].find(([, { id }]) => id === one.staffId)?.[0]
    if (!number || number === 'hr0101') continue
    const forward = { coefficient: one.coefficient, why: '按月度考核结果提出', zone }
    await at(demo, { by: 'hr0101', now }, (acting) => putForward(acting, one.id, forward))
    if (n >= 3) continue
    await at(demo, { by: number, now: plus(now, 4 * HOUR) }, (acting) => stateOwn(acting, one.id, '没有意见，谢谢'))
    const decision = { outcome: 'decided' as const, why: '全月守夜稳当，客户和同事都放心', zone }
    await at(demo, { by: 'ld0001', now: plus(now, 9 * HOUR) }, (acting) => decideMeasure(acting, one.id, decision))
  }
}

type Story = {
  readonly of: string
  readonly by: string
  readonly words: string
  readonly link: string
  /** How far it has come, and when it was told. */
  readonly days: number
  readonly checked?: boolean
  readonly granted?: { readonly why: string; readonly reward: string }
  readonly declined?: string
}
const STORIES: readonly Story[] = [
  {
    of: 'it0203',
    by: 'cs0302',
    words: '核心交换机夜里掉板，一个人二十分钟切到备用链路，客户几乎没有感觉',
    link: '/incidents',
    days: 33,
    checked: true,
    granted: { why: '凌晨三点二十分钟切换备用链路，没有一位客户断网', reward: '调休一天' },
  },
  {
    of: 'gd0404',
    by: 'gd0408',
    words: '巡逻闻到配电间有焦味，守到电工来，避免了一次火情',
    link: '/incidents',
    days: 19,
    checked: true,
    granted: { why: '一次多走的巡逻，避免了一次火情', reward: '通报表扬、证书' },
  },
  {
    of: 'cs0309',
    by: 'cs0315',
    words: '带新人守了整周，新人第一次独立结案',
    link: '/roster',
    days: 9,
    checked: true,
    declined: '带教是岗位职责，做得好，记入当月考核即可',
  },
  {
    of: 'cs0307',
    by: 'it0201',
    words: '凌晨帮不会打字的老人用电话一步步连上网',
    link: '/satisfaction',
    days: 4,
    checked: true,
  },
  { of: 'gd0402', by: 'cs0304', words: '暴雨夜给所有夜班同事送到车上', link: '/roster', days: 1 },
]

/** Nominations at every step, and one that rests on what customers said. */
export async function tellPraise(demo: Demo): Promise<void> {
  const { tx, people } = demo
  for (const { of, by, words, link, days, ...rest } of STORIES) {
    const staffId = people.get(of)?.id
    if (!staffId) continue
    const began = plus(tx.now, -days * DAY)
    let id = '' as CommendationId
    await at(demo, { by, now: began }, async (acting) => {
      id = await nominate(acting, { staffId, words, links: [link], praises: [] })
    })
    if (!rest.checked) continue
    const check = { finding: 'holds' as const, words: '已核对记录' }
    await at(demo, { by: 'hr0101', now: plus(began, 20 * HOUR) }, (acting) => checkFacts(acting, id, check))
    const decided = { by: 'ld0002', now: plus(began, 2 * DAY) }
    const { granted, declined } = rest
    if (granted) await at(demo, decided, (acting) => decideCommendation(acting, id, { outcome: 'granted', ...granted }))
    if (declined)
      await at(demo, decided, (acting) => decideCommendation(acting, id, { outcome: 'declined', why: declined }))
    if (days > 30) await at(demo, { by: 'hr0101', now: plus(began, 4 * DAY) }, (acting) => executeReward(acting, id))
  }
  await tellCustomersPraise(demo)
}

async function tellCustomersPraise(demo: Demo): Promise<void> {
  const { tx, people } = demo
  const staffId = people.get('cs0301')?.id
  const heard = await listHeard(tx.db, { since: plus(tx.now, -45 * DAY), of: staffId ?? null, limit: 4 })
  if (!staffId || heard.length === 0) return
  const words = '多位客户在夜里写下感谢，都提到她的耐心'
  let id = '' as CommendationId
  await at(demo, { by: 'hr0101', now: plus(tx.now, -12 * DAY) }, async (acting) => {
    id = await nominate(acting, { staffId, words, links: [], praises: heard.map((one) => one.id) })
  })
  await at(demo, { by: 'hr0102', now: plus(tx.now, -11 * DAY) }, (acting) =>
    checkFacts(acting, id, { finding: 'holds', words: '' }),
  )
  await at(demo, { by: 'ld0001', now: plus(tx.now, -10 * DAY) }, (acting) =>
    decideCommendation(acting, id, {
      outcome: 'granted',
      why: '深夜里一遍遍讲清楚，让着急的人先安心下来',
      reward: '优秀案例收入知识库',
    }),
  )
}

/** Papers that were asked for: one answered, one due; and a record that somebody doubts. */
export async function tellPapers(demo: Demo): Promise<void> {
  const { tx, zone, people } = demo
  const [asked, answered, doubted] = ['gd0403', 'cs0308', 'gd0406'].map((number) => people.get(number)?.id)
  if (!asked || !answered || !doubted) return
  await at(demo, { by: 'hr0101', now: plus(tx.now, -6 * HOUR) }, (acting) =>
    askForDocuments(
      acting,
      { staffId: asked, purpose: 'check', words: '上周三夜间来访登记的原件', link: '/roster' },
      zone,
    ),
  )
  await at(demo, { by: 'ad0601', now: plus(tx.now, -8 * DAY) }, async (acting) => {
    const wish = { staffId: answered, purpose: 'appraisal' as const, words: '转给研发部的三单，交接记录', link: '' }
    const id = await askForDocuments(acting, wish, zone)
    await at(demo, { by: 'cs0308', now: plus(tx.now, -7 * DAY) }, (own) =>
      answerRequest(own, id, { words: '三单都在系统里，时间和对话一致', links: ['/ratings'], file: null }),
    )
    await at(demo, { by: 'ad0601', now: plus(tx.now, -6 * DAY) }, (judging) => acceptAnswer(judging, id))
  })
  await at(demo, { by: 'ad0601', now: plus(tx.now, -3 * DAY) }, async (acting) => {
    const one = { staffId: doubted, words: '第三轮巡逻的时间与门禁记录不符', links: ['/roster'], requestId: null }
    const id = await openFalseRecord(acting, one, zone)
    await at(demo, { by: 'gd0406', now: plus(tx.now, -2 * DAY) }, (own) =>
      stateRecord(own, id, '当时在后门处理漏水，回来补走了这一轮，时间写成了原定的', zone),
    )
  })
}
