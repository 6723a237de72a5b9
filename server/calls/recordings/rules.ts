import { MINUTE } from '../../kernel/time.ts'

export type RecordingKind = 'voicemail' | 'recording'
export type RecordingState = 'due' | 'fetching' | 'stored' | 'refused' | 'failed' | 'over'
export const WHY_NOT_KEPT = [
  'host',
  'address_inside',
  'not_http',
  'not_audio',
  'too_large',
  'timeout',
  'answered',
  'no_connection',
  'process_lost',
] as const
export type WhyNotKept = (typeof WHY_NOT_KEPT)[number]
/** Id in `platform/files.ts`, and what it is. */
export type AudioFile = { readonly file: string; readonly type: string; readonly bytes: number }

/** An hour of telephone sound in WAV. */
export const RECORDING_BYTES = 60_000_000
export const FETCH_WITHIN_MILLISECONDS = 60_000
/** A fetch that is on its way for longer has lost its process. */
export const FETCHING_MINUTES = 3
/** A line may name a recording before it is written. */
const AGAIN_AFTER_MINUTES: readonly number[] = [0.5, 2, 10, 30]
/** Milliseconds until it is asked for again, null where it is given up. */
export const fetchAgainAfter = (attempts: number): number | null => {
  const minutes = AGAIN_AFTER_MINUTES[attempts - 1]
  return minutes === undefined ? null : minutes * MINUTE
}

/** Only from hosts that the administrator has named: exactly, or everything below `.example.com`. */
export function isAllowedHost(url: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(url)) return false
  const { hostname, protocol, username, password } = new URL(url)
  if ((protocol !== 'https:' && protocol !== 'http:') || username || password) return false
  const host = hostname.toLowerCase()
  return hosts.some((one) => (one.startsWith('.') ? host.endsWith(one) : host === one))
}
