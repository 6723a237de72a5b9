import type { NoticeChannel, NoticeKind } from '../../events/notifications.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { CHOSEN_CHANNELS, CHOSEN_KINDS, isFixed, KINDS } from '../notices/rules.ts'
import { choiceOf, dropChoice, storeChoice } from './queries.ts'

export type Choices = Readonly<Record<(typeof CHOSEN_KINDS)[number], readonly NoticeChannel[]>>

/** By which channels oneself is told of what; what is the default is not kept, so that a later default is followed. */
export async function chooseChannels(tx: Tx, choices: Choices): Promise<void> {
  const staffId = staffOf(tx)
  for (const kind of CHOSEN_KINDS) {
    const channels = CHOSEN_CHANNELS.filter((one) => choices[kind].includes(one) || isFixed(kind, one))
    const before = (await choiceOf(tx.db, staffId, kind)) ?? KINDS[kind].channels
    if (same(before, channels)) continue
    if (same(KINDS[kind].channels, channels)) await dropChoice(tx, staffId, kind)
    else await storeChoice(tx, staffId, kind, channels)
    await announce(tx, 'notice.channels_chosen', { staffId, kind, channels }, { about: [] })
  }
}

const same = (a: readonly NoticeChannel[], b: readonly NoticeChannel[]): boolean =>
  a.length === b.length && a.every((one) => b.includes(one))

/** What a person wants to be told by, for kinds whose letter is written elsewhere. */
export const wantsMail = async (tx: Tx, staffId: Parameters<typeof choiceOf>[1], kind: NoticeKind): Promise<boolean> =>
  ((await choiceOf(tx.db, staffId, kind)) ?? KINDS[kind].channels).includes('mail')
