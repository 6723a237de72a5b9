/** What an address is about. */
export type Subject =
  | 'appraisal'
  | 'shift'
  | 'measure'
  | 'coaching'
  | 'commendation'
  | 'praise'
  | 'granted'
  | 'request'
  | 'paper'
  | 'case'
  | 'none'
/** Nobody; another agent; whom it is about; who led another night; personnel about themselves; a leader about themselves; nothing there; no such id. */
type Answers = readonly [number, number, number, number, number, number, number, number]
export type Row = {
  readonly route: string
  readonly of: Subject
  readonly fields?: Readonly<Record<string, string>>
  readonly answers: Answers
}

/** Fit to be stored, under a version that nobody has seen. */
const WEIGHTS = Object.fromEntries(
  ['manager', 'service', 'technician', 'guard'].flatMap((post) =>
    ['attendance', 'quality', 'satisfaction', 'incidents'].map((one) => [`${post}_${one}`, '25']),
  ),
)

export const ANSWERS: readonly Row[] = [
  { route: 'GET /appraisal', of: 'none', answers: [303, 200, 200, 200, 200, 200, 200, 200] },
  { route: 'GET /appraisal/notes', of: 'none', answers: [303, 200, 200, 200, 200, 200, 200, 200] },
  {
    route: 'POST /appraisal/notes/:shift',
    of: 'shift',
    fields: { reachable: '3', records: '3', courteous: '3', helpful: '3', words: '好', link: '' },
    answers: [401, 404, 422, 404, 422, 422, 404, 404],
  },
  { route: 'GET /appraisal/scoring', of: 'none', answers: [303, 200, 200, 200, 200, 200, 200, 200] },
  { route: 'GET /appraisal/coaching', of: 'none', answers: [303, 200, 200, 200, 200, 200, 200, 200] },
  {
    route: 'POST /appraisal/coaching',
    of: 'none',
    fields: { words: '想学', indicator: 'other', appraisal: '' },
    answers: [401, 400, 400, 400, 400, 400, 400, 400],
  },
  {
    route: 'POST /appraisal/coaching/:id/answer',
    of: 'coaching',
    fields: { outcome: 'scheduled', answer: '周三' },
    answers: [401, 403, 403, 403, 422, 422, 404, 404],
  },
  { route: 'GET /appraisal/:id', of: 'appraisal', answers: [303, 404, 200, 404, 200, 200, 404, 404] },
  { route: 'GET /appraisal/:id/facts/:item', of: 'appraisal', answers: [303, 404, 200, 404, 200, 200, 404, 404] },
  {
    route: 'POST /appraisal/:id/comment',
    of: 'appraisal',
    fields: { words: '堵车' },
    answers: [401, 404, 422, 404, 422, 422, 404, 404],
  },
  {
    route: 'POST /appraisal/:id/score',
    of: 'appraisal',
    fields: { qualityBy: '2', qualityWhy: '好', qualityLink: '/tickets/1' },
    answers: [401, 404, 422, 404, 422, 422, 404, 404],
  },
  {
    route: 'POST /appraisal/:id/review',
    of: 'appraisal',
    fields: { points: '5', why: '好' },
    answers: [401, 403, 403, 403, 422, 422, 404, 404],
  },
  {
    route: 'POST /appraisal/:id/return',
    of: 'appraisal',
    fields: { words: '写明' },
    answers: [401, 403, 403, 403, 422, 403, 404, 404],
  },
  {
    route: 'POST /appraisal/:id/case',
    of: 'appraisal',
    fields: { words: '伪造', link: '/tickets/1' },
    answers: [401, 403, 403, 403, 422, 422, 404, 404],
  },
  { route: 'POST /appraisal/:id/signature', of: 'appraisal', answers: [401, 403, 403, 403, 403, 422, 404, 404] },
  { route: 'POST /appraisal/:id/receipt', of: 'appraisal', answers: [401, 404, 422, 404, 422, 422, 404, 404] },
  {
    route: 'POST /appraisal/:id/objection',
    of: 'appraisal',
    fields: { words: '不服' },
    answers: [401, 404, 422, 404, 422, 422, 404, 404],
  },
  {
    route: 'POST /appraisal/:id/decision',
    of: 'appraisal',
    fields: { outcome: 'amended', points: '5', why: '好' },
    answers: [401, 403, 403, 403, 422, 422, 404, 404],
  },
  {
    route: 'POST /appraisal/:id/reopening',
    of: 'appraisal',
    fields: { why: '补录', link: '/obligations' },
    answers: [401, 403, 403, 403, 422, 422, 404, 404],
  },
  { route: 'GET /appraisal/months', of: 'none', answers: [303, 403, 403, 403, 303, 303, 303, 303] },
  { route: 'GET /appraisal/months/:month', of: 'none', answers: [303, 403, 403, 403, 200, 200, 200, 200] },
  {
    route: 'POST /appraisal/months/:month/reviews',
    of: 'appraisal',
    fields: { people: 'ID' },
    answers: [401, 403, 403, 403, 422, 422, 404, 400],
  },
  { route: 'GET /appraisal/months/:month/calibration', of: 'none', answers: [303, 403, 403, 403, 200, 403, 200, 200] },
  { route: 'GET /appraisal/weights', of: 'none', answers: [303, 403, 403, 403, 200, 403, 200, 200] },
  {
    route: 'POST /appraisal/weights',
    of: 'none',
    fields: { ...WEIGHTS, why: '调', seen: '99' },
    answers: [401, 403, 403, 403, 422, 403, 422, 422],
  },
  { route: 'GET /measures', of: 'none', answers: [303, 200, 200, 200, 200, 200, 200, 200] },
  {
    route: 'POST /measures/putting-forward',
    of: 'measure',
    fields: { measures: 'ID', why: '好' },
    answers: [401, 403, 403, 403, 422, 422, 404, 400],
  },
  {
    route: 'POST /measures/:id/putting-forward',
    of: 'measure',
    fields: { coefficient: '', why: '好' },
    answers: [401, 403, 403, 403, 422, 422, 404, 404],
  },
  {
    route: 'POST /measures/:id/statement',
    of: 'measure',
    fields: { words: '好' },
    answers: [401, 404, 404, 404, 404, 404, 404, 404],
  },
  {
    route: 'POST /measures/:id/decision',
    of: 'measure',
    fields: { outcome: 'decided', why: '好' },
    answers: [401, 403, 403, 403, 403, 422, 404, 404],
  },
  { route: 'POST /measures/:id/execution', of: 'measure', answers: [401, 403, 403, 403, 422, 422, 404, 404] },
  {
    route: 'POST /measures/:id/withdrawal',
    of: 'measure',
    fields: { why: '好' },
    answers: [401, 403, 403, 403, 422, 422, 404, 404],
  },
  {
    route: 'POST /measures/:id/objection',
    of: 'measure',
    fields: { words: '好' },
    answers: [401, 404, 404, 404, 404, 404, 404, 404],
  },
  {
    route: 'POST /measures/:id/review',
    of: 'measure',
    fields: { outcome: 'lifted', why: '好' },
    answers: [401, 403, 403, 403, 403, 422, 404, 404],
  },
  { route: 'GET /commendations', of: 'none', answers: [303, 200, 200, 200, 200, 200, 200, 200] },
  { route: 'GET /commendations/new', of: 'none', answers: [303, 200, 200, 200, 200, 200, 200, 200] },
  {
    route: 'POST /commendations',
    of: 'none',
    fields: { person: 'SELF', words: '我很好', links: '/tickets/1', praise: '' },
    answers: [401, 422, 422, 422, 422, 422, 422, 422],
  },
  {
    route: 'POST /commendations/praises/:id/setting-aside',
    of: 'praise',
    answers: [401, 403, 403, 403, 422, 403, 404, 404],
  },
  { route: 'GET /commendations/:id', of: 'commendation', answers: [303, 404, 404, 404, 404, 404, 404, 404] },
  {
    route: 'POST /commendations/:id/check',
    of: 'commendation',
    fields: { finding: 'holds', words: '' },
    answers: [401, 404, 404, 404, 404, 404, 404, 404],
  },
  {
    route: 'POST /commendations/:id/decision',
    of: 'commendation',
    fields: { outcome: 'granted', why: '好', reward: '' },
    answers: [401, 404, 404, 404, 404, 404, 404, 404],
  },
  {
    route: 'POST /commendations/:id/withdrawal',
    of: 'commendation',
    answers: [401, 404, 404, 404, 404, 404, 404, 404],
  },
  { route: 'POST /commendations/:id/reward', of: 'granted', answers: [401, 404, 403, 404, 422, 403, 404, 404] },
  {
    route: 'POST /commendations/:id/wall',
    of: 'commendation',
    fields: { shown: 'no' },
    answers: [401, 404, 404, 404, 404, 404, 404, 404],
  },
  { route: 'GET /wall', of: 'none', answers: [303, 200, 200, 200, 200, 200, 200, 200] },
  {
    route: 'POST /wall/choice',
    of: 'none',
    fields: { on: 'maybe' },
    answers: [401, 400, 400, 400, 400, 400, 400, 400],
  },
  { route: 'GET /records', of: 'none', answers: [303, 200, 200, 200, 200, 200, 200, 200] },
  { route: 'GET /records/new', of: 'none', answers: [303, 403, 403, 403, 200, 403, 200, 200] },
  {
    route: 'POST /records',
    of: 'none',
    fields: { person: 'SELF', purpose: 'check', words: '单', link: '' },
    answers: [401, 403, 403, 403, 422, 403, 422, 422],
  },
  { route: 'GET /records/:id', of: 'request', answers: [303, 404, 200, 404, 200, 200, 404, 404] },
  { route: 'GET /records/:id/papers/:answer', of: 'request', answers: [303, 404, 200, 404, 200, 200, 404, 404] },
  {
    route: 'POST /records/:id/answer',
    of: 'request',
    fields: { words: '', links: '' },
    answers: [401, 404, 422, 404, 422, 422, 404, 404],
  },
  { route: 'POST /records/:id/acceptance', of: 'request', answers: [401, 403, 403, 403, 422, 403, 404, 404] },
  {
    route: 'POST /records/:id/return',
    of: 'request',
    fields: { words: '缺' },
    answers: [401, 403, 403, 403, 422, 403, 404, 404],
  },
  { route: 'POST /records/:id/withdrawal', of: 'request', answers: [401, 403, 403, 403, 422, 403, 404, 404] },
  { route: 'GET /records/cases/new', of: 'none', answers: [303, 403, 403, 403, 200, 403, 200, 200] },
  {
    route: 'POST /records/cases',
    of: 'none',
    fields: { person: 'SELF', words: '假', links: '/tickets/1', request: '' },
    answers: [401, 403, 403, 403, 422, 403, 422, 422],
  },
  { route: 'GET /records/cases/:id', of: 'case', answers: [303, 404, 200, 404, 200, 200, 404, 404] },
  {
    route: 'POST /records/cases/:id/statement',
    of: 'case',
    fields: { words: '不是' },
    answers: [401, 404, 422, 404, 422, 422, 404, 404],
  },
  {
    route: 'POST /records/cases/:id/decision',
    of: 'case',
    fields: { outcome: 'proven', weight: 'minor', why: '是' },
    answers: [401, 403, 403, 403, 403, 422, 404, 404],
  },
  {
    route: 'POST /records/cases/:id/withdrawal',
    of: 'case',
    fields: { why: '误' },
    answers: [401, 403, 403, 403, 422, 403, 404, 404],
  },
  {
    route: 'POST /records/cases/:id/objection',
    of: 'case',
    fields: { words: '不服' },
    answers: [401, 404, 422, 404, 422, 422, 404, 404],
  },
  {
    route: 'POST /records/cases/:id/review',
    of: 'case',
    fields: { outcome: 'lifted', why: '是' },
    answers: [401, 403, 403, 403, 403, 422, 404, 404],
  },
]
