import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const CHECKOUT = path.resolve(import.meta.dirname, '..')
const DEPCRUISE = path.join(CHECKOUT, 'node_modules/.bin/depcruise')
const CONFIG = path.join(CHECKOUT, '.dependency-cruiser.mjs')

/** A house in which each file breaks the rule named beside it. */
const PLANTED: Record<string, { from: string; text: string }> = {
  'kernel-imports-nothing': { from: 'server/kernel/window.ts', text: "import '../platform/clock.ts'" },
  'events-import-only-kernel': { from: 'server/events/tickets.ts', text: "import '../platform/clock.ts'" },
  'platform-knows-no-feature': { from: 'server/platform/relay.ts', text: "import '../tickets/queries.ts'" },
  'rules-are-pure': { from: 'server/tickets/rules.ts', text: "import '../platform/clock.ts'" },
  'settings-imports-only-what-stands-above': {
    from: 'server/settings/queries.ts',
    text: "import '../tickets/queries.ts'",
  },
  'tickets-imports-only-what-stands-above': { from: 'server/tickets/actions.ts', text: "import '../desk/queries.ts'" },
  'queries-before-actions': { from: 'server/desk/queries.ts', text: "import './actions.ts'" },
  'actions-before-reactions': { from: 'server/desk/actions.ts', text: "import './routes.ts'" },
  'pages-and-words-are-for-doors': { from: 'server/desk/reactions.ts', text: "import '../web/page.ts'" },
  'sql-in-queries': { from: 'server/desk/contributions.ts', text: "import { sql } from 'kysely'\nsql" },
  'hono-at-the-door': { from: 'server/desk/contributions.ts', text: "import { Hono } from 'hono'\nnew Hono()" },
  'schema-is-types': { from: 'server/desk/sockets.ts', text: "import { tables } from '../schema.ts'\ntables" },
  'notifications-only-reacts': {
    from: 'server/reports/actions.ts',
    text: "import '../notifications/notices/actions.ts'",
  },
  'nobody-imports-the-roof': { from: 'server/desk/sockets.ts', text: "import '../app.ts'" },
  'migrations-are-frozen': { from: 'migrations/0001-tickets.ts', text: "import '../server/platform/clock.ts'" },
  'jobs-are-doors': { from: 'jobs/react.ts', text: "import '../server/desk/routes.ts'" },
  'everything-resolves': { from: 'server/app.ts', text: "import './nowhere.ts'" },
  'no-circles': { from: 'server/platform/clock.ts', text: "import './log.ts'" },
}
const ELSEWHERE = {
  'server/notifications/notices/actions.ts': '',
  'server/platform/log.ts': "import './clock.ts'",
  'server/tickets/queries.ts': '',
  'server/desk/routes.ts': '',
  'server/web/page.ts': '',
  'server/schema.ts': 'export const tables = []',
}

let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-rules-'))
  const texts: Record<string, string> = { ...ELSEWHERE }
  for (const { from, text } of Object.values(PLANTED)) texts[from] = `${texts[from] ?? ''}\n${text}\n`
  for (const [file, text] of Object.entries(texts)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    fs.writeFileSync(path.join(folder, file), text)
  }
  fs.symlinkSync(path.join(CHECKOUT, 'node_modules'), path.join(folder, 'node_modules'))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const cruise = (cwd: string, output: 'json' | 'err', ...folders: string[]) =>
  spawnSync(DEPCRUISE, ['--config', CONFIG, '--output-type', output, ...folders], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1e8,
  })

test('an import against the order of the house fails the test run, whichever rule it breaks', () => {
  const { stdout } = cruise(folder, 'json', 'server', 'migrations', 'jobs')
  const { violations } = JSON.parse(stdout).summary as { violations: { from: string; rule: { name: string } }[] }
  const found = new Set(violations.map(({ from, rule }) => `${rule.name} in ${from}`))
  const missed = Object.entries(PLANTED).filter(([name, { from }]) => !found.has(`${name} in ${from}`))
  expect(missed.map(([name]) => name)).toEqual([])
  expect(cruise(folder, 'err', 'server', 'migrations', 'jobs').status).not.toBe(0)
})

test('the rules read the files of this house, and do not pass by reading none', () => {
  const { stdout } = cruise(CHECKOUT, 'json', 'server', 'migrations')
  const { totalCruised } = JSON.parse(stdout).summary as { totalCruised: number }
  const files = fs.globSync('{server,migrations}/**/*.ts', { cwd: CHECKOUT }).length
  expect(totalCruised).toBeGreaterThanOrEqual(files)
})
