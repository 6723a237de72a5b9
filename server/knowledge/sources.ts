import type { CategoryId, StaffId, TicketId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import type { Reader } from '../schema.ts'
import type { Deps } from '../web/deps.ts'
import type { SignedIn } from '../web/env.ts'

/** What a resolved conversation gives to whoever writes down how it was solved. */
export type TicketWords = {
  readonly ticketId: TicketId
  readonly number: string
  readonly language: Language
  readonly title: string
  readonly categoryId: CategoryId | null
  /** What helped, in the agents' words. */
  readonly solution: string
  /** The agents' longest answer, what is particular in it left open. */
  readonly said: string
}
/** What only features further down know: handed in (reactions.ts). */
export type Sources = {
  /** Null where it is not resolved yet. @throws NotFound where this person may not read it */
  readonly wordsOf: (house: Deps, me: SignedIn, id: TicketId) => Promise<TicketWords | null>
  /** When this person was last on post before now; null for somebody who never was. */
  readonly lastOnPost: (db: Reader, staffId: StaffId, now: Date) => Promise<Date | null>
}

/** The fields of a form that such a conversation fills in: those of its customer's language, as many letters as they take. */
export const filledFrom = (
  { language, title, categoryId }: TicketWords,
  body: string,
  letters: { readonly title: number; readonly body: number },
) => ({
  category: categoryId ?? '',
  ...(language === 'en'
    ? { titleEn: title.slice(0, letters.title), bodyEn: body.slice(0, letters.body) }
    : { titleZh: title.slice(0, letters.title), bodyZh: body.slice(0, letters.body) }),
})
