import fs from 'node:fs'
import { expect, test } from 'vitest'
import { generateAside } from '../../server/roster/generator/run.ts'
import { crew, monthOf } from '../support/month.ts'

/** Where the machine says how a process is scheduled. */
const TELLS = fs.existsSync('/proc/self/autogroup') && fs.existsSync('/usr/bin/chrt')
const SCHED_IDLE = '5'

type Seen = { readonly session: string; readonly policy: string; readonly share: string }

/** The fields of proc(5) after the name, which may have blanks in it. */
const fieldsOf = (pid: string): string[] =>
  fs
    .readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')

/** The search as the machine sees it, once it has stepped back. */
function lookAtSearch(): Seen | null {
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      const fields = fieldsOf(pid)
      if (fields[1] !== String(process.pid)) continue
      if (!fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('generator/aside.ts')) continue
      const policy = fields[38] ?? ''
      if (policy !== SCHED_IDLE) return null
      return { session: fields[3] ?? '', policy, share: fs.readFileSync(`/proc/${pid}/autogroup`, 'utf8') }
    } catch {
      // It has ended meanwhile.
    }
  return null
}

test.skipIf(!TELLS)(
  'the search for a roster gives way: in a session of its own, which comes last, it runs while nobody else wants to; ended, it is gone',
  async () => {
    let seen: Seen | null = null
    const wanted = { facts: monthOf(crew()), before: [], seconds: 30 }
    const found = await generateAside(wanted, {
      goesOn: async () => {
        seen ??= lookAtSearch()
        return seen === null
      },
    })
    expect(found).toBeUndefined()
    expect(seen).toMatchObject({ policy: SCHED_IDLE, share: expect.stringContaining('nice 19') })
    expect((seen as unknown as Seen).session).not.toBe(fieldsOf(String(process.pid))[3])
    await expect.poll(lookAtSearch).toBeNull()
  },
  60_000,
)

test('a search whose half time is over has its turns like everybody, and ends with a roster', async () => {
  const found = await generateAside({ facts: monthOf(crew()), before: [], seconds: 1 }, { goesOn: async () => true })
  expect(found?.cells.length).toBeGreaterThan(100)
}, 60_000)
