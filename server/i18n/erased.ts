import { ERASED } from '../kernel/erased.ts'
import type { Words } from './dictionaries.ts'

/** A text as people read it: what was erased is said in their language. */
export const orErased = (t: Words, text: string): string => (text === ERASED ? t('common.erased') : text)
