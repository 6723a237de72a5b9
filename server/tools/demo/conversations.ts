import { ENGLISH } from './conversations-en.ts'
import { CHINESE_PAST } from './conversations-zh-past.ts'
import { CHINESE_TONIGHT } from './conversations-zh-tonight.ts'
import type { DemoConversation } from './types.ts'

/** Thirty-one conversations of the last nights, in all states that a ticket can be in so far; one customer has asked twice, to be merged. */
export const CONVERSATIONS: readonly DemoConversation[] = [...CHINESE_TONIGHT, ...CHINESE_PAST, ...ENGLISH]
