import type { Reader } from '../../schema.ts'
import { hasPhone } from '../log/queries.ts'
import type { Asked } from '../log/rules.ts'
import { countOwed, figuresOf } from './queries.ts'
import { figuresBy, wordedFigures } from './words.ts'

type Tonight = { now: Date; since: Date; goalSeconds: number; zone: string }

/** The phone since `since`: the whole, by hour and by who had it, and the callbacks owed; null where there is no phone. */
export async function phoneTonight(db: Reader, tonight: Tonight) {
  if (!(await hasPhone(db))) return null
  const { now, since, goalSeconds } = tonight
  const asked: Asked = { ...EVERYTHING, from: since }
  const [whole, by, owed] = await Promise.all([
    figuresOf(db, asked, goalSeconds),
    figuresBy(db, asked, tonight),
    countOwed(db, now, since),
  ])
  return { ...wordedFigures(whole), ...by, owed }
}

const EVERYTHING: Asked = {
  from: null,
  to: null,
  line: null,
  agent: null,
  state: null,
  direction: null,
  number: '',
  unlogged: false,
}
