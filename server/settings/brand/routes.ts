import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { type Context, Hono } from 'hono'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { contrast } from '../../kernel/colour.ts'
import { NotFound, Refusal } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { form } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page, seeOther } from '../../web/page.ts'
import { uploaded } from '../../web/uploads.ts'
import type { Settings } from '../definitions.ts'
import { groupPage } from '../page.ts'
import { currentSettings, forgetSettings } from '../queries.ts'
import { changeLogo, removeLogo } from './actions.ts'
import { accentOf, LOGO_BYTES, NIGHT, PAPER, styleSheetOf } from './rules.ts'

/** More than a logo may have, so that one somewhat too large is refused in words; app.ts lets so much in. */
export const UPLOAD_BYTES = 2 * LOGO_BYTES

/** The logo: POST / with a picture in `logo` (app.ts lets it in), POST /removal. */
export const brandRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'settings.edit')
  const acting = async (c: Context<Env>, act: () => Promise<void>): Promise<Response> => {
    try {
      await act()
      forgetSettings()
      return seeOther(c, '/settings/brand?saved=1')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const reader = { t: wordsOf(c.var.language), language: c.var.language }
      const shown = await groupPage(deps.db, 'brand', reader)
      const values = { ...shown, sample: brandSample(shown.settings), logoRefused: error }
      return page(c, deps, 'settings/group', values, 422)
    }
  }
  return new Hono<Env>()
    .post('/', edits, async (c) => {
      await form(c, {})
      return acting(c, () => changeLogo(deps, c.var.me.actor, uploaded(c, 'logo')?.bytes))
    })
    .post('/removal', edits, async (c) => {
      await form(c, {})
      return acting(c, () => removeLogo(deps, c.var.me.actor))
    })
}

/** What customers' pages load of the brand: GET /brand.css, its colours, and GET /brand/logo/:file. */
export const publicBrandRoutes = ({ db, files }: Deps) =>
  new Hono<Env>()
    .get('/brand.css', async (c) => {
      const { accent } = await currentSettings(db)
      const css = styleSheetOf(accent)
      const etag = `"${createHash('sha256').update(css).digest('base64url').slice(0, 22)}"`
      c.header('etag', etag)
      // Asked for again with each page, so that a new colour shows at once.
      c.header('cache-control', 'no-cache')
      c.header('cross-origin-resource-policy', 'same-origin')
      if (c.req.header('if-none-match') === etag) return c.body(null, 304)
      return c.body(css, 200, { 'content-type': 'text/css; charset=utf-8' })
    })
    .get('/brand/logo/:file', async (c) => {
      const { logo } = await currentSettings(db)
      // Only the one in force: the door opens no other file.
      const found = logo && logo.file === c.req.param('file') ? await files.get(logo.file) : undefined
      if (!found) throw new NotFound()
      return c.body(Readable.toWeb(found.content) as ReadableStream, 200, {
        'content-type': 'image/png',
        'content-length': String(found.bytes),
        'cache-control': 'public, max-age=31536000, immutable',
        'content-security-policy': "default-src 'none'; sandbox",
        'cross-origin-resource-policy': 'same-origin',
      })
    })

/** How the accent looks on both grounds, with its contrast there; null where the house wears its own colours. */
export function brandSample({ accent }: Settings) {
  const shades = accent === '' ? null : accentOf(accent)
  if (!shades) return null
  return [
    { theme: 'light', ground: PAPER, ...shades.light, ratio: ratioOf(shades.light.colour, PAPER) },
    { theme: 'dark', ground: NIGHT, ...shades.dark, ratio: ratioOf(shades.dark.colour, NIGHT) },
  ]
}

const ratioOf = (a: string, b: string): string => (Math.floor(contrast(a, b) * 10) / 10).toFixed(1)
