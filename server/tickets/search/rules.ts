/** What somebody typed into the search field, as what it can be: a ticket number, the digits of a phone, a name. */
export type Wanted = { readonly number: string | null; readonly digits: string | null; readonly name: string }

const TICKET_NUMBER = /^(?:nt-?)?(\d{4,9})$/i
const PHONE_LEAST_DIGITS = 4

export function readWanted(typed: string): Wanted {
  const name = typed.trim()
  const number = TICKET_NUMBER.exec(name)?.[1]
  const digits = name.replace(/[\s()+-]/g, '')
  return {
    number: number ? `NT-${number}` : null,
    digits: /^\d+$/.test(digits) && digits.length >= PHONE_LEAST_DIGITS ? digits : null,
    name,
  }
}

/** A typed text inside a `like` pattern stands for itself. */
export const literally = (typed: string): string => typed.replace(/[\\%_]/g, (sign) => `\\${sign}`)
