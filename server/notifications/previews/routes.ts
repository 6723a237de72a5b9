import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { listDepartments } from '../../accounts/departments/queries.ts'
import type { DepartmentId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { nightOf } from '../../kernel/time.ts'
import { withLinks } from '../../platform/outgoing.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env } from '../../web/env.ts'
import { query, rowId } from '../../web/forms.ts'
import { staffOnly } from '../../web/guard.ts'
import { page } from '../../web/page.ts'
import { readLines } from '../briefs/actions.ts'
import { briefLetter } from '../briefs/letters.ts'
import { findBrief } from '../briefs/queries.ts'
import { letterOf } from '../deliveries/letters.ts'
import { digestLetter } from '../digests/letters.ts'
import { listForDepartment } from '../digests/queries.ts'

const LETTERS = ['digest', 'brief', 'notice'] as const
const ASKED = {
  letter: z.enum(LETTERS).optional(),
  in: z.enum(['zh-CN', 'en']).optional(),
  department: rowId.optional(),
}
type Asked = { letter: (typeof LETTERS)[number]; language: Language; department: DepartmentId | undefined }

/** Letters of the house as they would go now, with what is really there; their links lead nowhere. */
export const previewRoutes = (deps: Deps) => {
  const edits = staffOnly(deps, 'settings.edit')
  return new Hono<Env>()
    .get('/', edits, async (c) => {
      const asked = askedIn(c)
      const departments = await listDepartments(deps.db)
      const department = asked.department ?? departments[0]?.id
      const { subject, text, empty } = await compose(c, deps, { ...asked, department })
      return page(c, deps, 'notices/previews', {
        letters: LETTERS,
        departments,
        letter: asked.letter,
        in: asked.language,
        department,
        subject,
        text,
        empty,
      })
    })
    .get('/frame', edits, async (c) => {
      const { html } = await compose(c, deps, askedIn(c))
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? ''
      const hash = createHash('sha256').update(style).digest('base64')
      c.header(
        'content-security-policy',
        `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'`,
      )
      return c.html(html)
    })
}

function askedIn(c: Context<Env>): Asked {
  const { letter = 'digest', in: language = c.var.language, department } = query(c, ASKED)
  return { letter, language, department: department as DepartmentId | undefined }
}

async function compose(c: Context<Env>, deps: Deps, { letter, language, department }: Asked) {
  const { companyName: company } = await currentSettings(deps.db)
  const now = deps.clock.now()
  const zone = deps.config.timeZone
  const { me } = c.var
  const to = { name: language === 'en' && me.nameEn ? me.nameEn : me.name, language }
  const made = await composeOne()
  return { ...made, text: withLinks(made.text, PREVIEW_LINKS), html: withLinks(made.html, PREVIEW_LINKS) }

  async function composeOne() {
    switch (letter) {
      case 'digest': {
        const departments = await listDepartments(deps.db)
        const one = departments.find(({ id }) => id === department) ?? departments[0]
        const requests = one ? await listForDepartment(deps.db, one.id, now) : []
        const name = one?.name ?? company
        return {
          ...digestLetter(requests, to, { department: name, company, now, zone }),
          empty: requests.length === 0,
        }
      }
      case 'brief': {
        const night = nightOf(now, zone)
        const { lines, lived } = await readLines(deps.db, night, zone)
        const words = (await findBrief(deps.db, night))?.words ?? ''
        return { ...briefLetter({ night, words, lines }, { to, company, zone, now }), empty: !lived }
      }
      case 'notice': {
        const told = {
          kind: 'alarm',
          ref: 'alarm:nobody_eligible',
          count: 3,
          part: 'own',
          importance: 'duty',
          lastAt: now,
        } as const
        return { ...letterOf(told, { to, company, now, zone }), empty: false }
      }
    }
  }
}

const PREVIEW_LINKS = Array.from({ length: 21 }, () => '#').join('\n')
