type Kind = {
  /** The row of REGULATION.md. */
  readonly clause: number
  readonly icon: string
}

/**
 * Everything that may be due from somebody. **A new kind is one line here** and its words under `obligations.kind.<kind>`
 * in views/obligations/{en,zh-CN}.json (a test asks for both languages). What a shift brings with it is told by a
 * contributor in server/reactions.ts; what else happens owes it, settles it and drops it (server/obligations/actions.ts).
 */
export const OBLIGATIONS = {
  answer: { clause: 1, icon: 'message-circle' },
  resolution: { clause: 1, icon: 'circle-check' },
  night_brief: { clause: 11, icon: 'moon' },
  callback: { clause: 14, icon: 'phone' },
  request_acceptance: { clause: 37, icon: 'git-branch' },
  request_answer: { clause: 38, icon: 'reply' },
  promise: { clause: 38, icon: 'handshake' },
  roster_input: { clause: 19, icon: 'list-checks' },
  roster_publication: { clause: 19, icon: 'calendar-days' },
  shift_confirmation: { clause: 22, icon: 'calendar-days' },
  arrival: { clause: 25, icon: 'door-open' },
  presence: { clause: 55, icon: 'hand' },
  post_statement: { clause: 55, icon: 'message-circle' },
  document: { clause: 58, icon: 'file-text' },
  record_statement: { clause: 58, icon: 'message-circle' },
  record_decision: { clause: 58, icon: 'circle-check' },
  shift_notes: { clause: 68, icon: 'pencil' },
} as const satisfies Record<string, Kind>
export type ObligationKind = keyof typeof OBLIGATIONS
export const OBLIGATION_KINDS = Object.keys(OBLIGATIONS) as ObligationKind[]

export const OBLIGATION_STATES = ['due', 'done', 'late', 'missed', 'excused'] as const
export type ObligationState = (typeof OBLIGATION_STATES)[number]
