// `npm test`: format and lint, types, import rules, and every test. All of it runs, whatever fails; the last line counts.
// With arguments only the tests run, and vitest gets them: `npm test -- test/desk`.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const CHECKOUT = path.resolve(import.meta.dirname, '..')
const BIN = path.join(CHECKOUT, 'node_modules/.bin')
const VITEST = ['vitest', 'run', '--config', 'test/vitest.config.ts']
const REPORTERS = ['default', './test/support/second-try.ts', 'json'].map((name) => `--reporter=${name}`)
const CHECKS: readonly (readonly [string, readonly string[]])[] = [
  ['format and lint', ['biome', 'check', '--diagnostic-level=error']],
  ['types', ['tsc', '--noEmit']],
  ['import rules', ['depcruise', '--config', '.dependency-cruiser.mjs', 'server', 'jobs', 'migrations', 'test']],
]

type Outcome = { readonly code: number; readonly output: string }
type Count = { passed: number; failed: number }

const chosen = process.argv.slice(2)
const total: Count = { passed: 0, failed: 0 }
if (chosen.length === 0)
  for (const passed of await Promise.all(CHECKS.map(check))) total[passed ? 'passed' : 'failed']++
const tests = await runTests()
total.passed += tests.passed
total.failed += tests.failed
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0

async function check([name, command]: readonly [string, readonly string[]]): Promise<boolean> {
  const { code, output } = await run(command, 'collect')
  console.log(code === 0 ? `✓ ${name}` : `✗ ${name}\n${output}`)
  return code === 0
}

async function runTests(): Promise<Count> {
  const report = path.join(os.tmpdir(), `nightdesk-report-${process.pid}.json`)
  const { code } = await run([...VITEST, ...REPORTERS, `--outputFile.json=${report}`, ...chosen], 'show')
  const counted = fs.existsSync(report) ? count(JSON.parse(fs.readFileSync(report, 'utf8'))) : { passed: 0, failed: 0 }
  fs.rmSync(report, { force: true })
  // A run that broke before it could count is a failure too.
  return code !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted
}

type Report = {
  numPassedTests: number
  numFailedTests: number
  testResults: { status: string; assertionResults: unknown[] }[]
}

/** A file that could not be loaded has no tests to count: it is one failure. */
function count({ numPassedTests, numFailedTests, testResults }: Report): Count {
  const unloaded = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  return { passed: numPassedTests, failed: numFailedTests + unloaded.length }
}

function run([command = '', ...args]: readonly string[], output: 'collect' | 'show'): Promise<Outcome> {
  const child = spawn(path.join(BIN, command), args, {
    cwd: CHECKOUT,
    stdio: ['ignore', output === 'show' ? 'inherit' : 'pipe', output === 'show' ? 'inherit' : 'pipe'],
  })
  const heard: string[] = []
  child.stdout?.on('data', (data) => heard.push(String(data)))
  child.stderr?.on('data', (data) => heard.push(String(data)))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? 1, output: heard.join('') })))
}
