import { createHmac } from 'node:crypto'
import { same } from '../platform/tokens.ts'

/** Letters that nobody takes for another when reading them from a terminal. */
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const LENGTH = 12

/**
 * What whoever has just started the house reads in its terminal, and nobody else knows: it lets the first administrator
 * in. Made of the house's own secret, so that every process names the same one, and worth nothing once somebody works
 * here.
 */
export function setupCode(secret: Buffer): string {
  const bytes = createHmac('sha256', secret).update('setup').digest()
  const letters = Array.from(bytes.subarray(0, LENGTH), (byte) => LETTERS[byte % LETTERS.length])
  return letters.join('').replace(/(.{4})(?=.)/g, '$1-')
}

/** As people type it: small letters, with or without the dashes. */
export const isSetupCode = (typed: string, secret: Buffer): boolean => same(bare(typed), bare(setupCode(secret)))
const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
