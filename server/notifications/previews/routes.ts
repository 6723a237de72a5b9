import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { listDepartments } from '../../accounts/departments/queries.ts'
import type { DepartmentId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { withLinks } from '../../platform/outgoing.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { optionalText, query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page } from '../../web/page.ts'
import { composeLetter, kindsOf, LETTERS, type LetterName, type MorePreviews, type Preview } from './composing.ts'
import { departmentAsked } from './queries.ts'

type Asked = {
  readonly letter: string
  readonly of: string | undefined
  readonly language: Language
  readonly department: DepartmentId | undefined
}

/** Letters of the house as they would go now, with what is really there; their links lead nowhere. */
export const previewRoutes = (deps: Deps, more: MorePreviews) => {
  const edits = staffOnly(deps, 'settings.edit')
  const names = [...LETTERS, ...Object.keys(more)]
  const asked = (c: Context<Env>): Asked => askedIn(c, names)
  return new Hono<Env>()
    .get('/', edits, async (c) => {
      const { letter, of, language, department } = asked(c)
      const departments = await listDepartments(deps.db)
      const kinds = await kindsOf(letter, deps.db)
      const shown = department ?? (await departmentAsked(deps.db)) ?? departments[0]?.id
      const { subject, text, empty } = await draw(c, deps, more, { ...asked(c), department: shown })
      return page(c, deps, 'notices/previews', {
        letters: names,
        departments,
        kinds,
        letter,
        of: of && kinds.includes(of) ? of : kinds[0],
        in: language,
        department: shown,
        subject,
        text,
        empty,
      })
    })
    .get('/frame', edits, async (c) => {
      const { html } = await draw(c, deps, more, asked(c))
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? ''
      const hash = createHash('sha256').update(style).digest('base64')
      c.header(
        'content-security-policy',
        `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'`,
      )
      return c.html(html)
    })
}

function askedIn(c: Context<Env>, names: readonly string[]): Asked {
  const shape = {
    letter: z.enum(names).optional(),
    of: optionalText(40).optional(),
    in: z.enum(['zh-CN', 'en']).optional(),
    department: rowId.optional(),
  }
  const { letter = 'digest', of, in: language = c.var.language, department } = query(c, shape)
  return { letter, of: of || undefined, language, department: department as DepartmentId | undefined }
}

async function draw(c: Context<Env>, deps: Deps, more: MorePreviews, { letter, ...which }: Asked): Promise<Preview> {
  const { db, clock, config } = deps
  const { companyName: company } = await currentSettings(db)
  const scene = { db, now: clock.now(), zone: config.timeZone, publicUrl: config.publicUrl, company, me: c.var.me }
  const other = more[letter]
  const made = other ? await other(scene, which.language) : await composeLetter(letter as LetterName, scene, which)
  return { ...made, text: withLinks(made.text, PREVIEW_LINKS), html: withLinks(made.html, PREVIEW_LINKS) }
}

const PREVIEW_LINKS = Array.from({ length: 21 }, () => '#').join('\n')
