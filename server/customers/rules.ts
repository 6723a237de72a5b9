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

/** Numbers that companies are called at, not people: 400 and 800; short ones such as 95588 have no E.164 at all. */
const SERVICE = /^\+86[48]00\d{7}$/
export const isServiceNumber = (value: string): boolean => !value.startsWith('+') || SERVICE.test(value)

const E164 = /^\+[1-9]\d{6,14}$/

/**
 * A phone number as people write it: one of this country as it is dialled here (138 0013 8000), one of another with its
 * code (+1 415-555-2671). Links, exports and data keep E.164; whatever is no E.164, a mail address too, stays as it is.
 */
export function asWritten(value: string): string {
  const number = E164.test(value) ? parsed(value) : undefined
  if (!number) return value
  const isHome = number.getCountryCode() === phones.getCountryCodeForRegion(HOME_REGION)
  return phones.format(number, isHome ? PhoneNumberFormat.NATIONAL : PhoneNumberFormat.INTERNATIONAL)
}

const readEmail = (typed: string): Contact | undefined => {
  const value = typed.toLowerCase()
  return email.safeParse(value).success ? { kind: 'email', value } : undefined
}

function readPhone(typed: string): Contact | undefined {
  const number = parsed(typed)
  if (!number) return undefined
  // What number plans say of other countries grows old: whoever names the country is believed where the length is right.
  const good = typed.startsWith('+') ? phones.isPossibleNumber(number) : phones.isValidNumber(number)
  return good ? { kind: 'phone', value: phones.format(number, PhoneNumberFormat.E164) } : undefined
}

function parsed(typed: string): libphonenumber.PhoneNumber | undefined {
  try {
    return phones.parse(typed, HOME_REGION)
  } catch {
    return undefined // NumberParseException is how the library says that it is no number at all
  }
}
