import type { Pace } from '../../server/chat/rules.ts'

/**
 * A simulated night of eight hours: questions come in waves, agents have several conversations at a time, go on a break
 * and go home; an offer is taken after some seconds, or is not. Nothing of the product but what a customer is told.
 */
export type Night = {
  readonly agents: number
  readonly hands: number
  /** Questions against what all hands can take: above 1 the queue grows. */
  readonly load: number
}
/** What a customer was told as they came, and how long it took; minutes. */
export type Told = { readonly minutes: number | null; readonly waited: number; readonly place: number }

const TALK_MINUTES = 12
const NIGHT_MINUTES = 480
const STEP_MINUTES = 2 / 60
const REFUSED_SHARE = 0.1
const MINUTE = 60_000

type Agent = { leaves: number; breakAt: number; talks: number[]; asked: boolean }
type Customer = { at: number; told: number | null; place: number; offer?: { agent: Agent; until: number; no: boolean } }

export function simulate(seed: number, night: Night, tell: (pace: Pace, place: number) => number | null): Told[] {
  const random = randomOf(seed)
  const agents = Array.from({ length: night.agents }, (_, n): Agent => {
    const breakAt = 60 + random() * 300
    return { leaves: n === 0 && night.agents > 1 ? 360 : NIGHT_MINUTES, breakAt, talks: [], asked: false }
  })
  const coming = arrivals(night, random)
  const accepted: { by: string; queuedAt: number; acceptedAt: number }[] = []
  const told: Told[] = []
  let queue: Customer[] = []
  for (let now = 0; now < NIGHT_MINUTES + 60; now += STEP_MINUTES) {
    const there = agents.filter(({ leaves, breakAt }) => now < leaves - 15 && (now < breakAt || now >= breakAt + 30))
    for (let at = coming[0]; at !== undefined && at <= now; at = coming[0]) {
      coming.shift()
      const place = queue.length + 1
      queue.push({ at, place, told: tell({ able: there.length, accepted }, place) })
    }
    for (const agent of agents) agent.talks = agent.talks.filter((end) => end > now)
    for (const customer of queue.filter(({ offer }) => !offer)) {
      const [free] = there
        .filter(({ talks, asked }) => talks.length < night.hands && !asked)
        .sort((a, b) => a.talks.length - b.talks.length)
      if (!free) break
      free.asked = true
      const no = random() < REFUSED_SHARE
      customer.offer = { agent: free, no, until: now + (no ? 20 : 3 + random() * 12) / 60 }
    }
    for (const customer of queue.filter(({ offer }) => offer && offer.until <= now)) {
      const { agent, no } = customer.offer as NonNullable<Customer['offer']>
      agent.asked = false
      delete customer.offer
      if (no) continue
      queue = queue.filter((one) => one !== customer)
      agent.talks.push(now + TALK_MINUTES * Math.exp(0.8 * normal(random) - 0.32))
      const by = String(agents.indexOf(agent))
      accepted.push({ by, queuedAt: customer.at * MINUTE, acceptedAt: now * MINUTE })
      told.push({ minutes: customer.told, waited: now - customer.at, place: customer.place })
    }
  }
  return told
}

/** A wave after two hours and a smaller one after five and a half. */
function arrivals({ agents, hands, load }: Night, random: () => number): number[] {
  const most = ((agents * hands) / TALK_MINUTES) * load
  const at: number[] = []
  for (let now = 0; now < NIGHT_MINUTES - 10; ) {
    const wave = 0.55 + 0.75 * Math.exp(-(((now - 120) / 60) ** 2)) + 0.35 * Math.exp(-(((now - 330) / 40) ** 2))
    now += -Math.log(1 - random()) / (most * wave)
    at.push(now)
  }
  return at
}

/** The same numbers from the same seed (mulberry32), 0..1. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
