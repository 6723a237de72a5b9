import libphonenumber from 'google-libphonenumber'
import { z } from 'zod'
import { refusal } from '../kernel/refusal.ts'

/** How a customer is reached: a phone number as E.164, or an e-mail address in lower case. */
export type Contact = { readonly kind: 'phone' | 'email'; readonly value: string }

/** A number without a country code is taken for one of this region. */
const HOME_REGION = 'CN'
/** RFC 5321: the longest address that mail can be sent to. */
const EMAIL_LENGTH = 254

const { PhoneNumberFormat, PhoneNumberUtil } = libphonenumber
const phones = PhoneNumberUtil.getInstance()
const email = z.email().max(EMAIL_LENGTH)

/** What somebody typed to be reached at, if it is that. */
export const contactIn = (typed: string): Contact | undefined =>
  typed.includes('@') ? readEmail(typed.trim()) : readPhone(typed.trim())

/** @throws Refusal customers.contact_unclear under the field `contact` */
export function readContact(typed: string): Contact {
  const contact = contactIn(typed)
  if (!contact) throw refusal('customers.contact_unclear', {}, 'contact')
  return contact
}

const readEmail = (typed: string): Contact | undefined => {
  const value = typed.toLowerCase()
  return email.safeParse(value).success ? { kind: 'email', value } : undefined
}

function readPhone(typed: string): Contact | undefined {
  try {
    const number = phones.parse(typed, HOME_REGION)
    // What number plans say of other countries grows old: whoever names the country is believed where the length is right.
    const good = typed.startsWith('+') ? phones.isPossibleNumber(number) : phones.isValidNumber(number)
    if (!good) return undefined
    return { kind: 'phone', value: phones.format(number, PhoneNumberFormat.E164) }
  } catch {
    return undefined // NumberParseException is how the library says that it is no number at all
  }
}
