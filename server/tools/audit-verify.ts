// `npm run audit:verify`: walks the log of events and its chain, compares it with the anchors outside of the database and
// names the first row that is wrong. 0 where all is whole, 1 where it is not or could not be looked at.
import { readConfig } from '../config.ts'
import { readAnchors, type Verdict, verifyChain } from '../platform/chain.ts'
import { openDatabase, openPool } from '../platform/database.ts'
import { asTool, reachDatabase } from './reach.ts'

await asTool(async () => {
  const config = readConfig()
  const { url, close } = await reachDatabase(config)
  const pool = openPool(url, { max: 1, kind: 'long' })
  try {
    // First the anchors: one that is written meanwhile would be ahead of what is read.
    const anchors = await readAnchors(config.dataDir)
    const verdict = await verifyChain(openDatabase(pool), anchors)
    console.log(sentenceOf(verdict))
    return verdict.whole ? 0 : 1
  } finally {
    await pool.end()
    await close()
  }
})

function sentenceOf(verdict: Verdict): string {
  if (verdict.whole)
    return `The log is whole: ${verdict.events} events, ${verdict.links} of them sealed, ${verdict.anchors} anchors that agree.`
  switch (verdict.what) {
    case 'changed':
      return `Event ${verdict.eventId} was changed after it was sealed (link ${verdict.link}).`
    case 'missing':
      return verdict.eventId
        ? `Event ${verdict.eventId} is missing (link ${verdict.link} seals it).`
        : `Link ${verdict.link} of the chain is missing.`
    case 'doubled':
      return `Event ${verdict.eventId} stands there twice (link ${verdict.link}).`
    case 'planted':
      return `Event ${verdict.eventId} was put there from outside: no link seals it, and none is about to.`
    case 'cut':
      return `Link ${verdict.link} is missing: it stood there when it was written down (${verdict.anchoredAt}).`
    case 'rewritten':
      return `Link ${verdict.link} is another than the one that was written down (${verdict.anchoredAt}): the chain was made anew.`
  }
}
