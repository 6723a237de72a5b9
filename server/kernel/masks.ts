import { literalPattern } from './literal.ts'

/** What identifies a customer, as whoever knows them already would still recognise it: 138****0041, l***@example.com, 苏*. */
export function maskContact(value: string): string {
  const at = value.indexOf('@')
  if (at > 0) return `${Array.from(value)[0]}***${value.slice(at)}`
  const digits = value.replace(/^\+86(?=1\d{10}$)/, '').replace(/[^\d+]/g, '')
  const kept = digits.length >= 10 ? { from: 3, to: 4 } : { from: 1, to: 2 }
  return `${digits.slice(0, kept.from)}****${digits.slice(-kept.to)}`
}

const HAN = /^[\p{Script=Han}·]+$/u
const STARS = 3

/** The first letter of each word; of a Chinese name the surname's first. */
export const maskName = (name: string): string => name.trim().split(/\s+/u).map(maskPart).join(' ')

function maskPart(part: string): string {
  const letters = Array.from(part)
  if (part.includes('@') || /\d{5}/.test(part)) return maskContact(part)
  if (HAN.test(part)) return `${letters[0]}${'*'.repeat(Math.min(STARS, Math.max(1, letters.length - 1)))}`
  return `${letters[0] ?? ''}***`
}

// From the beginning of a word alone: a text of one long word is read once and not from each of its letters.
const MAIL = /(?<![\p{L}\d._%+-])[\p{L}\d._%+-]{1,254}@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu
/** Phones, accounts and cards, however they are parted; a date is none. */
const NUMBER = /(?<![\d-])(?!\d{4}-\d{2}-\d{2}(?!\d))\+?\d(?:[\s().-]{0,2}\d){6,}/gu

/** What somebody wrote, without the numbers and addresses in it and without the customer's name, where one is known. */
export function maskWords(words: string, calledThemselves = ''): string {
  const name = calledThemselves.trim()
  const masked = words.replace(MAIL, maskContact).replace(NUMBER, maskContact)
  const isHan = HAN.test(name)
  const isTelling = Array.from(name).length > (isHan ? 1 : 2)
  if (!isTelling) return masked
  if (isHan) return masked.replaceAll(name, maskName(name))
  const named = new RegExp(`(?<![\\p{L}\\d])${literalPattern(name)}(?![\\p{L}\\d])`, 'giu')
  // By a function: a name may hold `$&`, which as a replacement would be the name itself.
  return masked.replace(named, () => maskName(name))
}
