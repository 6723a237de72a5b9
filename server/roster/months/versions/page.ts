import type { Post } from '../../../kernel/capabilities.ts'
import type { Reader } from '../../../schema.ts'
import { metOf } from '../following/rules.ts'
import { listNames } from '../people/queries.ts'
import type { Month } from '../queries.ts'
import { type Difference, differencesOf } from '../rules.ts'
import type { StoredCell } from '../tables.ts'
import { listVersions, type Version } from './queries.ts'

type Names = Awaited<ReturnType<typeof listNames>>
type Named = { readonly post: Post; readonly backup: boolean; readonly person: { name: string; nameEn: string } | null }
export type NamedDifference = { readonly night: string; readonly came: Named[]; readonly went: Named[] }

/** Differences with the people in them, for a page to say. */
const named = (differences: readonly Difference[], names: Names): NamedDifference[] =>
  differences.map(({ night, came, went }) => {
    const of = ({ post, backup, staffId }: Difference['came'][number]): Named => ({
      post,
      backup,
      person: names.get(staffId) ?? null,
    })
    return { night, came: came.map(of), went: went.map(of) }
  })

/** Every version with what it changed, the newest first. */
export async function versionsOf(db: Reader, month: string) {
  const [versions, names] = await Promise.all([listVersions(db, month), listNames(db)])
  return versions.map((version, n) => {
    const earlier = versions[n + 1]
    return {
      ...version,
      first: !earlier,
      count: version.cells.length,
      broken: version.findings.filter(({ weight }) => weight === 'hard').length,
      differences: earlier ? named(differencesOf(earlier.cells, version.cells), names) : [],
    }
  })
}

/**
 * What HR has changed of a published month and not published, and which versions came between: a swap is in force at once,
 * and stands in the plan beside what HR was writing.
 */
export async function openChanges(db: Reader, plan: Month, cells: readonly StoredCell[]) {
  if (plan.version === 0) return { changed: false, changes: [], between: [] }
  const [versions, names] = await Promise.all([listVersions(db, plan.month), listNames(db)])
  const open = differencesOf(versions[0]?.cells ?? [], cells)
  return {
    changed: open.length > 0,
    changes: named(open, names),
    between: open.length > 0 && plan.draftFrom !== null ? since(versions, plan.draftFrom, { open, names }) : [],
  }
}

function since(versions: readonly Version[], from: number, { open, names }: { open: Difference[]; names: Names }) {
  return versions
    .filter(({ version }) => version > from)
    .map((one) => {
      const before = versions.find(({ version }) => version === one.version - 1)
      const differences = differencesOf(before?.cells ?? [], one.cells)
      const met = metOf(open, differences)
      const both = named(differences, names).map((each) => ({ ...each, both: met.has(each.night) }))
      return { version: one.version, why: one.why, at: one.at, differences: both }
    })
}
