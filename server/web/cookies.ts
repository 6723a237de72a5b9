import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { Env } from './env.ts'

/** Over https our cookies are `__Host-`: no other host can set them (RELIABILITY 15). */
const nameOf = (secure: boolean, name: string): string => (secure ? `__Host-${name}` : name)

export const readCookie = (c: Context<Env>, name: string): string | undefined =>
  getCookie(c, `__Host-${name}`) ?? getCookie(c, name)

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
/** Before sign-in: gives form tokens something to be bound to. */
export const PRE_SESSION_COOKIE = 'nightdesk-pre'
export const LANGUAGE_COOKIE = 'nightdesk-language'
export const THEME_COOKIE = 'nightdesk-theme'
