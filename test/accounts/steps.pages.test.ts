import { beforeEach, expect, test } from 'vitest'
import { STEPS, type Step, stepsIn } from '../../server/accounts/roles/steps.ts'
import { OF_POST, OF_ROLE } from '../../server/accounts/rules.ts'
import { wordsOf } from '../../server/i18n/dictionaries.ts'
import { POSTS, type Post, STANDING_ROLES, type StandingRole } from '../../server/kernel/capabilities.ts'
import { LANGUAGES } from '../../server/kernel/language.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
beforeEach(() => clock.set(TWO_FOURTEEN))

const steps = Object.entries<Step>(STEPS)
const names = Object.keys(STEPS)
const rightsOf = (who: string) => (who in OF_POST ? OF_POST[who as Post] : OF_ROLE[who as StandingRole])

test('row 2: every step has somebody who does it and at most one who decides it, and whoever decides has the right to', () => {
  for (const [name, { does, decides }] of steps) {
    expect(does.length, name).toBeGreaterThan(0)
    if (decides) expect(rightsOf(decides.who), name).toContain(decides.right)
  }
})

test('row 2: where a right settles a step, no second one is needed: of those who do it, none signs besides who decides', () => {
  // Rights that exist to decide one kind of record belong to one post or role alone.
  const holders = (right: string) =>
    [...POSTS, ...STANDING_ROLES].filter((who) => (rightsOf(who) as readonly string[]).includes(right))
  for (const right of [
    'swap.emergency',
    'escalation.lead',
    'incident.lead',
    'rating.decide',
    'appraisal.review',
    'appraisal.sign',
    'recognition.decide',
    'record.decide',
    'settings.edit',
  ])
    expect(holders(right), right).toHaveLength(1)
})

test('row 2: the role cards say who does, who decides, who is asked and who is told, in both languages', async () => {
  const mei = await hire(database.db, '林玫')
  for (const language of LANGUAGES) {
    const { status, html } = await (await signedIn(house, mei, language)).get('/roles')
    expect(status).toBe(200)
    const rows = [...html.slice(html.indexOf('id="steps"')).matchAll(/<tr>(<th scope="row">.*?)<\/tr>/gs)].map(
      ([, row = '']) =>
        [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell.replace(/<[^>]+>/g, '').trim()),
    )
    const words = wordsOf(language)
    expect(rows).toEqual(
      stepsIn(language).map(({ name, does, decides, asked, told }) => [
        words(`roles.steps.of.${name}`),
        does,
        decides ?? words('roles.steps.nobody'),
        asked,
        told,
      ]),
    )
    // Who is asked first and who is told are people of their own column, by the same names as on the cards.
    const [roster, sign] = [names.indexOf('roster'), names.indexOf('appraisal_sign')].map((at) => rows[at])
    expect(roster?.slice(3)).toEqual([words('roles.card.head.name'), words('roles.steps.everybody')])
    expect(sign?.slice(3)).toEqual(['', words('roles.steps.everybody')])
    for (const one of stepsIn(language)) {
      expect(one.does, one.name).not.toMatch(/roles\./)
      if (one.decides) expect(html).toContain(`<strong>${one.decides}</strong>`)
    }
    expect(html).not.toContain('roles.steps.')
  }
})
