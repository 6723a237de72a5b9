import { expect, expectTypeOf, test } from 'vitest'
import type { Events } from '../../server/events/event.ts'

/** Ids and instants are branded and enums are unions, so only free text is caught. */
type FreeString<T> = string extends T ? true : false
type FieldsWithFreeStrings<P> = { [K in keyof P]: FreeString<NonNullable<P[K]>> extends true ? K : never }[keyof P]
type LeakingEvents = {
  [Name in keyof Events]: FieldsWithFreeStrings<Events[Name]> extends never ? never : Name
}[keyof Events]

// Checked by `tsc`, which is part of `npm test`: a payload field of type string does not compile here.
test('no event carries free text, so that the log can be kept when a customer is forgotten', () => {
  expectTypeOf<LeakingEvents>().toEqualTypeOf<never>()
  expect(true).toBe(true)
})
