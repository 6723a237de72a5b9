import { type Refusal, refusal } from '../../kernel/refusal.ts'

const HERE = /^(localhost|127\.0\.0\.1|\[::1\]|[a-z0-9-]+\.localhost)$/

/** The origin that was meant, or why it cannot be one: https, or http on this very machine for a trial. */
export function readSite(typed: string): string | Refusal {
  const text = typed.normalize('NFKC').trim()
  const url = URL.canParse(text) ? new URL(text) : undefined
  const known = url?.protocol === 'https:' || (url?.protocol === 'http:' && HERE.test(url.hostname))
  // A star is no name: who allows every site allows none in particular.
  if (!url || !known || url.username || url.password || !/^[a-z0-9.:[\]-]+$/.test(url.hostname))
    return refusal('settings.not_a_site', {}, 'origin')
  if (url.pathname !== '/' || url.search || url.hash)
    return refusal('settings.site_only', { origin: url.origin }, 'origin')
  return url.origin
}
