import { ENGLISH } from './conversations-en.ts'
import { CHINESE } from './conversations-zh.ts'
import type { DemoConversation } from './types.ts'

/** Thirty conversations of the last nights, in all states that a ticket can be in so far. */
export const CONVERSATIONS: readonly DemoConversation[] = [...CHINESE, ...ENGLISH]
