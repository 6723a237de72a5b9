import type { TicketId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { type Category, currentSettings, listCategories } from '../../settings/queries.ts'
import type { SignedIn } from '../../web/env.ts'
import type { TicketView } from '../queries.ts'
import { clockTone } from '../rules.ts'
import { answerTargetOf } from '../sla/queries.ts'
import type { Around, House, ListNeighbours } from './around.ts'
import { composerOf } from './composer.ts'
import { mergesOf, owedOf } from './owed.ts'
import { readTicket, type SeenTicket } from './reading.ts'
import { sideOf } from './side.ts'
import { timelineOf } from './timeline.ts'

/** Named in one line; the others are a number. */
const LOOKERS = 2

/** Everything around and in one conversation, as its page shows it to this colleague. */
export async function conversationOf(
  house: House,
  me: SignedIn,
  id: TicketId,
  { receivers, neighbours, asides, acts, from }: Around & { from?: number | undefined },
): Promise<Record<string, unknown>> {
  const { db, clock } = house
  const ticket = await readTicket(house, me, id)
  const [head, timeline, composer, side, categories, colleagues, merges, beside, more] = await Promise.all([
    headOf(house, me, ticket),
    timelineOf(house, me, ticket, { from }),
    composerOf(house, me, ticket),
    sideOf(house, me, ticket, asides),
    listCategories(db),
    receivers(db, clock.now()),
    mergesOf(house, ticket),
    besideOf(house, me, ticket, neighbours),
    Promise.all(acts.map((act) => act(house, me, ticket))),
  ])
  return {
    ...head,
    ...timeline,
    ...composer,
    ...side,
    ...merges,
    ...beside,
    acts: more.filter((one) => one !== null),
    categories: labelled(categories),
    colleagues: colleagues.filter(({ staffId }) => staffId !== me.staffId),
  }
}

/** Whose it is, and its clock. */
export async function headOf(house: House, me: SignedIn, ticket: SeenTicket) {
  const { db, clock } = house
  const seconds = (await answerTargetOf(db, ticket.id)) ?? (await currentSettings(db)).answerSeconds
  const { solution, withOthers, priority } = await owedOf(house, ticket)
  const now = clock.now()
  const due = ticket.waiting_on === 'us' && ['queued', 'open'].includes(ticket.state) ? ticket.answer_due_at : null
  return {
    ticket,
    mine: ticket.assignment?.staffId === me.staffId,
    solution,
    withOthers,
    priority,
    due: due && {
      at: due,
      tone: clockTone(due, now, seconds),
      seconds,
    },
  }
}

/** Who else is here: those who write, and those who look, without whoever is named already because they have it. */
export async function besideOf({ db }: Pick<House, 'db'>, me: SignedIn, ticket: TicketView, list: ListNeighbours) {
  const all = await list(db, ticket.id, me.staffId)
  const looking = all.filter(({ staffId, writing }) => !writing && staffId !== ticket.assignment?.staffId)
  return {
    writers: all.filter(({ writing }) => writing),
    lookers: looking.slice(0, LOOKERS),
    more: looking.length - LOOKERS,
  }
}

/** Topics with the one they belong to before them, as one choice. */
function labelled(
  categories: readonly Category[],
): { id: string; label: Readonly<Record<Language, string>>; selected?: boolean }[] {
  const byId = new Map(categories.map((one) => [one.id, one]))
  return categories.map(({ id, parentId, name }) => {
    const parent = parentId ? byId.get(parentId)?.name : undefined
    const label = parent ? { 'zh-CN': `${parent['zh-CN']} / ${name['zh-CN']}`, en: `${parent.en} / ${name.en}` } : name
    return { id, label }
  })
}
