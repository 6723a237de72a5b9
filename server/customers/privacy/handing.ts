import { wordsOf } from '../../i18n/dictionaries.ts'
import type { CustomerId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { localOf } from '../../kernel/time.ts'
import type { Deps } from '../../web/deps.ts'
import type { SignedIn } from '../../web/env.ts'
import { noteExport } from './actions.ts'
import type { Handed } from './archive.ts'
import type { Keeping, Scope } from './keeping.ts'
import { countKept, filesOf, type KeptFile, rowsOf } from './kept/queries.ts'

const LANGUAGES: readonly Language[] = ['zh-CN', 'en']
type House = Pick<Deps, 'db' | 'transact' | 'clock' | 'config'>

/** Everything that is kept about a customer, with who took it: written down in the transaction that reads it. */
export async function takeAll(
  { transact, clock, config }: House,
  keeping: Keeping,
  me: SignedIn,
  { customerId, words }: { customerId: CustomerId; words: string },
): Promise<Handed> {
  const { kept, files } = await transact(me.actor, async (tx) => {
    const scope = await scopeOf(tx.db, keeping, customerId)
    const all: Record<string, unknown[]> = {}
    const named: KeptFile[] = []
    for (const one of keeping.keepers.flatMap((keeper) => keeper.kept)) {
      if (!one.secret) all[one.table] = await rowsOf(tx.db, one, scope)
      named.push(...(await filesOf(tx.db, one, scope)))
    }
    const rows = Object.values(all).reduce((sum, list) => sum + list.length, 0)
    await noteExport(tx, { customerId, words, rows, files: named.length })
    return { kept: all, files: named }
  })
  const at = clock.now()
  const mark = {
    takenBy: { number: me.number, name: me.name, nameEn: me.nameEn },
    takenAt: at.toISOString(),
    why: words,
  }
  const { date, time } = localOf(at, config.timeZone)
  const readme = LANGUAGES.map((language) =>
    wordsOf(language)('privacy.readme', {
      name: language === 'en' ? me.nameEn || me.name : me.name,
      number: me.number,
      time: `${date} ${time}`,
      customer: customerId,
    }),
  ).join('\n\n')
  return { readme: `${readme}\n`, data: { customer: customerId, ...mark, kept }, files }
}

/** How much there is of each kind: what an export hands out and an erasure takes. */
export async function whatIsKept({ db }: Pick<House, 'db'>, keeping: Keeping, customerId: CustomerId) {
  const scope = await scopeOf(db, keeping, customerId)
  const counted = await Promise.all(
    keeping.keepers.map(async ({ name, kept }) => {
      const counts = await Promise.all(kept.map((one) => countKept(db, one, scope)))
      return { name, count: counts.reduce((sum, count) => sum + count, 0) }
    }),
  )
  const files = await Promise.all(keeping.keepers.flatMap(({ kept }) => kept.map((one) => filesOf(db, one, scope))))
  // Who they are first; the registry has it last, because it is erased last.
  return { kept: counted.toReversed().filter(({ count }) => count > 0), files: files.flat().length }
}

const scopeOf = async (db: House['db'], keeping: Keeping, customerId: CustomerId): Promise<Scope> => ({
  customerId,
  ticketIds: (await keeping.conversationsOf(db, customerId)).map(({ id }) => id),
  whole: true,
})
