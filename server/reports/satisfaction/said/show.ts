import { ERASED } from '../../../kernel/erased.ts'
import { maskName, maskWords } from '../../../kernel/masks.ts'
import type { Said } from './queries.ts'

/** Nobody reads here who the customer was. */
export const seen = (one: Said) => ({
  ...one,
  customerName: one.customerName === ERASED ? one.customerName : maskName(one.customerName),
  comment: one.comment === null || one.comment === ERASED ? one.comment : maskWords(one.comment, one.customerName),
  excludedWhy:
    one.excludedWhy === null || one.excludedWhy === ERASED
      ? one.excludedWhy
      : maskWords(one.excludedWhy, one.customerName),
})
