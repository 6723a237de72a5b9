const NAME_LETTERS = 80
const ENDINGS: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/webp': '.webp',
  'image/gif': '.gif',
  'application/pdf': '.pdf',
  'text/plain': '.txt',
}

/** The name as it is shown: the last part of its path, without what could end a header or turn the reading direction. */
export function proofName(given: string, type: string): string {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const stem = last
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\.[\p{L}\p{N}]{1,8}$/u, '')
    .replace(/^\.+/, '')
    .trim()
    .slice(0, NAME_LETTERS)
  return `${stem || 'proof'}${ENDINGS[type] ?? ''}`
}
