import type { DemoConversation, DemoLine } from './types.ts'

/** Who says it, so many seconds after the line before; short, so that a conversation reads like its transcript. */
export const c = (after: number, text: string): DemoLine => ({ by: 'customer', after, text })
export const a = (after: number, text: string): DemoLine => ({ by: 'agent', after, text })
export const n = (after: number, text: string): DemoLine => ({ by: 'note', after, text })
export const t = (after: number): DemoLine => ({ by: 'transfer', after, text: '' })

type Talk = Omit<DemoConversation, 'language'>
export const zh = (talk: Talk): DemoConversation => ({ language: 'zh-CN', ...talk })
