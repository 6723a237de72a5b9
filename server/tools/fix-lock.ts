import fs from 'node:fs'

// npm writes into the lock only the platform packages that the registry it spoke to happens to have, and `npm ci` then
// refuses the lock for what is missing. This completes it: `npm run lock`, after every change of dependencies.

type Entry = {
  version?: string
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}
type Packages = Record<string, Entry>

const FILE = 'package-lock.json'
const OPERATING_SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ['darwin', /darwin|macos|osx|fsevents/],
  ['win32', /win32|windows/],
  ['android', /android/],
  ['freebsd', /freebsd/],
  ['openharmony', /openharmony/],
  ['linux', /linux/],
]
const PROCESSORS = /arm64|x64|ia32|riscv64|ppc64|s390x|loong64|wasm32|arm/

const lock = JSON.parse(fs.readFileSync(FILE, 'utf8')) as { packages: Packages }
const added = complete(lock.packages)
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
fs.writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`package-lock.json: ${added} platform packages added`)

function complete(packages: Packages): number {
  let count = 0
  for (const [parent, { optionalDependencies = {} }] of Object.entries(packages))
    for (const [name, range] of Object.entries(optionalDependencies)) {
      const known = nearest(packages, parent, name)
      const exact = /^\d/.test(range)
      if (known && (!exact || known.version === range)) continue
      const platform = platformOf(name)
      // Without a platform in it npm would fetch the package everywhere: better to see `npm ci` fail.
      if (!platform.os && !platform.cpu) {
        console.log(`${name} ${range} is missing, and its name tells no platform`)
        continue
      }
      packages[known ? `${parent}/node_modules/${name}` : `node_modules/${name}`] = {
        version: range.replace(/^[\^~]/, ''),
        optional: true,
        ...platform,
      }
      count++
    }
  return count
}

/** The entry that `parent` would load: its own, or one further up. */
function nearest(packages: Packages, parent: string, name: string): Entry | undefined {
  for (let at = parent; ; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') {
    const found = packages[`${at ? `${at}/` : ''}node_modules/${name}`]
    if (found || at === '') return found
  }
}

/** npm skips what is not for this machine by these three fields; the name tells them. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const os = OPERATING_SYSTEMS.find(([, pattern]) => pattern.test(name))?.[0]
  const cpu = PROCESSORS.exec(name)?.[0]
  const libc = /musl/.test(name) ? 'musl' : /gnu/.test(name) ? 'glibc' : undefined
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }) }
}
