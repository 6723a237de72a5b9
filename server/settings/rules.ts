import { z } from 'zod'

/** Every number a company may change: default, bounds, unit in the name, and where it comes from. */
type Number = { readonly default: number; readonly min: number; readonly max: number; readonly source: string }
const number = (source: string, value: number, min: number, max: number): Number => ({
  default: value,
  min,
  max,
  source,
})

export const NUMBERS = {
  offerSeconds: number('DESIGN 3, who gets the ticket', 20, 5, 120),
  offerAgainMinutes: number('DESIGN 3: never twice to the same person within', 3, 1, 60),
  offerHops: number('DESIGN 3: then the duty manager is alarmed', 3, 1, 10),
  capacity: number('DESIGN 3: load an agent may carry; waiting on us counts 1', 5, 1, 20),
  waitingOnCustomerLoad: number('DESIGN 3: load of a ticket that waits for the customer', 0.3, 0, 1),
  quietSeconds: number('DESIGN 3: silent so long, no offers', 20, 10, 120),
  lostSeconds: number('DESIGN 3: silent so long, the work goes back', 90, 30, 600),
  noOffersBeforeEndMinutes: number('DESIGN 3, end of a shift', 15, 0, 60),
  extendedMinutes: number('DESIGN 3, end of a shift: live chats stay at most', 30, 0, 120),
  answerSeconds: number('REGULATION row 1: chat', 60, 10, 3600),
  formAnswerMinutes: number('REGULATION row 1: mail, from the next opening', 30, 5, 600),
  resolutionHours: number('REGULATION row 45: resolved within', 4, 1, 240),
  promiseRemindMinutes: number('REGULATION 2, PROMISE: its owner is reminded before', 10, 1, 120),
  followUpMinutes: number('REGULATION row 38: an open ticket is looked at again', 60, 5, 1440),
  closeAfterSilenceHours: number('REGULATION 2, TICKET', 72, 1, 720),
  requestPageDays: number('RELIABILITY 17: days a request page lives after closing', 30, 1, 365),
  undoSeconds: number('LOOK: undo of a wrong resolve or transfer', 60, 5, 600),
  earlyMinutes: number('REGULATION row 25: arrive before the start', 15, 0, 60),
  lateGraceMinutes: number('REGULATION 2, SHIFT', 15, 0, 60),
  breakMinutes: number('DESIGN 3, nights: one paid break', 30, 5, 90),
  escalationAcceptMinutes: number('REGULATION row 37: not accepted, then the duty manager, then the head', 30, 5, 240),
  escalationHandoverMinutes: number('REGULATION row 37: from the decision to the hand-over', 15, 1, 60),
  escalationLinkHours: number('RELIABILITY 17: a mail’s link opens its request for', 72, 1, 240),
  sessionHours: number('a staff session without use ends after', 12, 1, 72),
  visitorDays: number('a visitor token lives', 90, 1, 365),
} as const satisfies Record<string, Number>

export const TEXTS = {
  /** Local times; an end at or before the start is on the next day. */
  nightStart: '22:00',
  nightEnd: '06:00',
  /** Where customers turn outside the night, shown when nobody is on post. */
  dayDeskStart: '08:30',
  dayDeskEmail: '',
  dayDeskPhone: '',
} as const

export type Settings = { readonly [Key in keyof typeof NUMBERS]: number } & {
  readonly [Key in keyof typeof TEXTS]: string
} & { readonly companyName: { readonly 'zh-CN': string; readonly en: string } }

const DEFAULTS: Settings = {
  ...(Object.fromEntries(Object.entries(NUMBERS).map(([key, { default: value }]) => [key, value])) as Record<
    keyof typeof NUMBERS,
    number
  >),
  ...TEXTS,
  companyName: { 'zh-CN': '夜班值守台', en: 'Nightdesk' },
}

const bilingual = z.object({ 'zh-CN': z.string(), en: z.string() })

/** What is stored over the defaults; a stored value that is out of bounds or of another type is ignored (RELIABILITY 22: the default is the safe one). */
export function settingsFrom(stored: readonly { key: string; value: unknown }[]): Settings {
  const settings: Record<string, unknown> = { ...DEFAULTS }
  for (const { key, value } of stored) {
    if (Object.hasOwn(NUMBERS, key)) {
      const { min, max } = NUMBERS[key as keyof typeof NUMBERS]
      if (typeof value === 'number' && value >= min && value <= max) settings[key] = value
    } else if (Object.hasOwn(TEXTS, key)) {
      if (typeof value === 'string') settings[key] = value
    } else if (key === 'companyName' && bilingual.safeParse(value).success) settings[key] = value
  }
  return settings as Settings
}
