import type { Context } from 'hono'
import { wordsOf } from '../i18n/dictionaries.ts'
import { currentSettings } from '../settings/queries.ts'
import { DEFAULTS } from '../settings/rules.ts'
import { tokenFor } from './cross-site.ts'
import type { Deps } from './deps.ts'
import type { Env } from './env.ts'
import { type Frame, render } from './render.ts'

type Values = Record<string, unknown>
type Status = 200 | 400 | 401 | 403 | 404 | 409 | 410 | 413 | 422 | 429 | 500 | 503

/** True where htmx asks for a part of a page. */
export const wantsPart = (c: Context<Env>): boolean => c.req.header('hx-request') === 'true'

/** True where a program asks: it gets data instead of pages, and errors as JSON (desk/protocol.md). */
export const wantsJson = (c: Context<Env>): boolean => /^application\/json\b/i.test(c.req.header('accept') ?? '')

/** A whole page in the frame of its layout. Values: what the template of that page documents in its first line. */
export async function page(
  c: Context<Env>,
  deps: Deps,
  name: string,
  values: Values,
  status: Status = 200,
): Promise<Response> {
  const frame = await frameOf(c, deps)
  return c.html(render(name, { ...frame, ...values }), status)
}

/** One fragment of a page, as htmx asked for it. */
export async function fragment(
  c: Context<Env>,
  deps: Deps,
  name: string,
  part: string,
  values: Values,
  status: Status = 200,
): Promise<Response> {
  const frame = await frameOf(c, deps)
  return c.html(render(name, { ...frame, ...values }, part), status)
}

/** The fragment for htmx, the whole page without it. */
export const partOrPage = (
  c: Context<Env>,
  deps: Deps,
  name: string,
  part: string,
  values: Values,
  status: Status = 200,
) => (wantsPart(c) ? fragment(c, deps, name, part, values, status) : page(c, deps, name, values, status))

/** After a plain post: 303 to where the result is seen. htmx follows it by itself with the same header. */
export const seeOther = (c: Context<Env>, path: string): Response => c.redirect(path, 303)

async function frameOf(c: Context<Env>, deps: Deps): Promise<Frame & Values> {
  const { language, theme, nonce, me } = c.var
  const whole = !wantsPart(c)
  // Also the page that says that the database is away is a page.
  const { companyName, accent, logo } = await currentSettings(deps.db).catch(() => DEFAULTS)
  return {
    t: wordsOf(language),
    language,
    otherLanguage: language === 'en' ? 'zh-CN' : 'en',
    theme,
    zone: deps.config.timeZone,
    now: deps.clock.now(),
    nonce,
    token: tokenFor(c, deps.secret),
    path: c.req.path,
    /** Path and query, where language and theme forms come back to. */
    here: c.var.here(),
    me,
    can: me ? Object.fromEntries([...me.capabilities].map((name) => [name.replace('.', '_'), true])) : {},
    staffFrame: me && whole ? await deps.staffFrame(me) : undefined,
    degraded: !deps.live.healthy(),
    company: companyName,
    brand: { accent, logo },
    demo: deps.config.demo,
  }
}
