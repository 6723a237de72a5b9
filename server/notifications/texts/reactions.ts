import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { tellWhenWeCall } from './actions.ts'

/** What customers are told by SMS. */
export const textReactions: Reactions<Database> = {
  feature: 'customer-texts',
  on: {
    'callback.promised': async (tx, { callbackId, promiseId }) => tellWhenWeCall(tx, { callbackId, promiseId }),
  },
}
