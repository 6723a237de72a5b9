import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { type Browser, chromium } from 'playwright-core'

// The shell is the same engine without a window around it, and opens a page in a sixth of the time.
const INSTALLED = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
]
// Our own: those of @sparticuz/chromium switch web security off, and tests of policy and origin would lie.
const ARGS = ['--no-sandbox', '--disable-gpu']

type Found = { readonly executablePath: string; readonly env: Record<string, string> }
const kept = globalThis as { nightdeskChromium?: Promise<Browser> }

/** One browser a worker: the system's Chromium, else the one that npm brought. Give each test a `newContext()` of its own. */
export function launchChromium(): Promise<Browser> {
  kept.nightdeskChromium ??= findChromium().then(({ executablePath, env }) =>
    chromium.launch({ executablePath, args: ARGS, env: { ...definedOf(process.env), ...env } }),
  )
  return kept.nightdeskChromium
}

export async function findChromium(installed: readonly string[] = INSTALLED): Promise<Found> {
  const system = installed.find((file) => fs.existsSync(file))
  return system ? { executablePath: system, env: {} } : unpacked()
}

/**
 * The package unpacks into $TMPDIR and takes whatever lies there, of any version and owner: so into a folder of our own,
 * named by version and moved to its name when complete. It also brings the libraries that a bare machine lacks.
 */
async function unpacked(): Promise<Found> {
  const packageFolder = path.resolve(path.dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..')
  const { version } = JSON.parse(fs.readFileSync(path.join(packageFolder, 'package.json'), 'utf8'))
  const folder = path.join(os.tmpdir(), `nightdesk-chromium-${version}-${process.getuid?.() ?? 0}`)
  if (!fs.existsSync(folder)) await unpackInto(folder, path.join(packageFolder, 'bin', 'al2023.tar.br'))
  const fonts = fs.existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: path.join(folder, 'fonts') }
  return {
    executablePath: path.join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: path.join(folder, 'al2023', 'lib'), ...fonts },
  }
}

async function unpackInto(folder: string, libraries: string): Promise<void> {
  const before = process.env.TMPDIR
  const fresh = fs.mkdtempSync(`${folder}-`)
  process.env.TMPDIR = fresh
  try {
    const { default: bundled, inflate } = await import('@sparticuz/chromium')
    await bundled.executablePath()
    await inflate(libraries)
    fs.renameSync(fresh, folder)
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    fs.rmSync(fresh, { recursive: true, force: true })
  }
}

const definedOf = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined))
