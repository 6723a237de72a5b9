import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Language } from '../kernel/language.ts'
import type { Env } from './env.ts'

/** Over https our cookies are `__Host-`: no other host can set them (RELIABILITY 15). */
const nameOf = (secure: boolean, name: string): string => (secure ? `__Host-${name}` : name)

/** Over https only what no other host can have set. */
export const readCookie = (c: Context<Env>, name: string): string | undefined =>
  cookieNamed(getCookie(c), name, c.var.secure ?? false)

/** The same for whoever has the cookies of a request and no context. */
export const cookieNamed = (all: Partial<Record<string, string>>, name: string, secure: boolean): string | undefined =>
  all[`__Host-${name}`] ?? (secure ? undefined : all[name])

export function writeCookie(c: Context<Env>, name: string, value: string, maxAgeSeconds: number): void {
  const secure = c.var.secure ?? false
  setCookie(c, nameOf(secure, name), value, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure,
    ...(maxAgeSeconds > 0 ? { maxAge: maxAgeSeconds } : { maxAge: 0 }),
  })
}

export const SESSION_COOKIE = 'nightdesk'
export const LANGUAGE_COOKIE = 'nightdesk-language'
export const THEME_COOKIE = 'nightdesk-theme'

const PRE_SESSION = 'nightdesk-pre'
const YEAR_SECONDS = 365 * 86_400

/**
 * Before sign-in: gives form tokens something to be bound to. Pages opened at the same moment, before any of them has
 * brought a cookie, each bring one of their own name, so that the forms of all of them hold.
 */
export const writePreSession = (c: Context<Env>, value: string, maxAgeSeconds: number): void =>
  writeCookie(c, `${PRE_SESSION}-${value.slice(0, 6)}`, value, maxAgeSeconds)

/** In the order of their names, so that each page of a browser picks the same one. */
export const readPreSessions = (c: Context<Env>): string[] =>
  preSessions(c)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value)

export function forgetPreSessions(c: Context<Env>): void {
  for (const [name] of preSessions(c)) deleteCookie(c, name, { path: '/', secure: c.var.secure })
}

// Over https only what no other host can have set.
const preSessions = (c: Context<Env>): [string, string][] =>
  Object.entries(getCookie(c)).filter(
    ([name, value]) =>
      value !== '' && (name.startsWith(`__Host-${PRE_SESSION}`) || (!c.var.secure && name.startsWith(PRE_SESSION))),
  )

/** What a reader has chosen for good. */
export const keepLanguage = (c: Context<Env>, language: Language): void =>
  writeCookie(c, LANGUAGE_COOKIE, language, YEAR_SECONDS)
