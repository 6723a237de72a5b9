import type { Reactions } from '../platform/reactions.ts'
import type { Database } from '../schema.ts'
import { noteUnansweredCall, oweCall, releaseCallbacksOf } from './callbacks/actions.ts'
import { settleAnswered } from './callbacks/ending/actions.ts'
import { followPromise, settleEntered, settleLoggedCall } from './callbacks/following.ts'
import { dropCallback, handCallback, oweAgain, oweCallback, settleCallback } from './owing/actions.ts'
import { keepVoicemail } from './recordings/voicemail.ts'
import { landScore } from './wrapping/actions.ts'

/** What the phone does when others announce, and when it has announced itself; certain, at least once. */
export const callReactions: Reactions<Database> = {
  feature: 'calls',
  on: {
    'call.missed': async (tx, { callId, direction, state }) => {
      if (direction === 'out') return noteUnansweredCall(tx, callId)
      if (state === 'voicemail') await keepVoicemail(tx, callId)
      await oweCall(tx, callId)
    },
    'call.answered': async (tx, { callId }) => settleAnswered(tx, callId),
    'call.logged': async (tx, { callId }) => {
      await settleLoggedCall(tx, callId)
      await landScore(tx, callId)
    },
    'call.rated': async (tx, { callId }) => landScore(tx, callId),
    'ticket.created': async (tx, { ticketId, channel }) => {
      if (channel === 'phone') await settleEntered(tx, ticketId)
    },
    'callback.opened': async (tx, { callbackId }) => oweCallback(tx, callbackId),
    'callback.claimed': async (tx, { callbackId, by }) => handCallback(tx, callbackId, by),
    'callback.released': async (tx, { callbackId }) => oweAgain(tx, callbackId),
    'callback.promised': async (tx, { callbackId }) => dropCallback(tx, callbackId),
    'callback.done': async (tx, { callbackId, by }) => settleCallback(tx, callbackId, by),
    'callback.given_up': async (tx, { callbackId, by }) => settleCallback(tx, callbackId, by),
    'promise.kept': async (tx, { promiseId }) => followPromise(tx, promiseId),
    'promise.moved': async (tx, { promiseId }) => followPromise(tx, promiseId),
    'promise.void': async (tx, { promiseId }) => followPromise(tx, promiseId),
    'attendance.checked_out': async (tx, { staffId }) => releaseCallbacksOf(tx, staffId),
    'person.deactivated': async (tx, { staffId }) => releaseCallbacksOf(tx, staffId),
  },
}
