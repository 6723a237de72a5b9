import { both, type Definition, type Group, number, picture, text, time } from './kinds.ts'

/**
 * Everything a company may change, on one table. **A new setting is one line here and its words**: `name`, `means` and
 * `source` under `settings.each.<key>` in views/settings/{en,zh-CN}.json (a test asks for all three in both languages).
 * It then stands on the page of its group with value, default, bounds, unit and history, is checked on the way in and
 * on the way out of the database, and is read as `(await currentSettings(db)).<key>`, in force in every process within a
 * second. What must hold between two settings goes into `whyNotTogether` (rules.ts); a new unit into kinds.ts and
 * `settings.unit`.
 * A test also looks whether anybody reads it: a setting that does nothing is not allowed.
 */
export const SETTINGS = {
  offerSeconds: number('desk', 'seconds', 20, [5, 120]),
  offerAgainMinutes: number('desk', 'minutes', 3, [1, 60]),
  offerHops: number('desk', 'people', 3, [1, 10]),
  capacity: number('desk', 'conversations', 5, [1, 20]),
  waitingOnCustomerLoad: number('desk', 'share', 0.3, [0, 1], 0.05),
  quietSeconds: number('desk', 'seconds', 20, [10, 120]),
  lostSeconds: number('desk', 'seconds', 90, [30, 600]),
  undoSeconds: number('desk', 'seconds', 60, [5, 600]),

  answerSeconds: number('clocks', 'seconds', 60, [10, 3600]),
  callAnswerSeconds: number('clocks', 'seconds', 20, [5, 300]),
  formAnswerMinutes: number('clocks', 'minutes', 30, [5, 600]),
  departmentAcceptMinutes: number('clocks', 'minutes', 30, [1, 1440]),
  closeAfterSilenceHours: number('clocks', 'hours', 72, [1, 720]),
  resolutionHours: number('clocks', 'hours', 4, [1, 240]),
  escalationHandoverMinutes: number('clocks', 'minutes', 15, [1, 60]),
  escalationLinkHours: number('clocks', 'hours', 72, [1, 240]),
  promiseRemindMinutes: number('clocks', 'minutes', 10, [1, 120]),
  followUpMinutes: number('clocks', 'minutes', 60, [5, 1440]),

  nightStart: time('shifts', '22:00'),
  nightEnd: time('shifts', '06:00'),
  earlyMinutes: number('shifts', 'minutes', 15, [0, 60]),
  lateGraceMinutes: number('shifts', 'minutes', 15, [0, 60]),
  breakMinutes: number('shifts', 'minutes', 30, [5, 90]),
  slipMinutes: number('shifts', 'minutes', 15, [1, 60]),
  presencePerShift: number('shifts', 'times', 2, [0, 6]),
  presenceMinutes: number('shifts', 'minutes', 10, [2, 60]),
  hearingHours: number('shifts', 'hours', 48, [1, 240]),
  staysMostHours: number('shifts', 'hours', 3, [0, 4]),
  correctionsAMonth: number('shifts', 'times', 3, [0, 31]),
  recordLockHours: number('shifts', 'hours', 24, [1, 168]),
  /** Networks from which a press is enough, `10.0.0.0/8, 203.0.113.0/24`; empty: from anywhere. */
  officeRanges: text('shifts', 'line'),
  noOffersBeforeEndMinutes: number('shifts', 'minutes', 15, [0, 60]),
  extendedMinutes: number('shifts', 'minutes', 30, [0, 120]),
  confirmHours: number('shifts', 'hours', 24, [1, 72]),
  confirmNudgeFirst: number('shifts', 'hours', 4, [1, 72]),
  confirmNudgeSecond: number('shifts', 'hours', 12, [1, 72]),
  confirmNudgeThird: number('shifts', 'hours', 20, [1, 72]),
  swapHours: number('shifts', 'hours', 48, [0, 168]),
  swapExpireHours: number('shifts', 'hours', 24, [0, 72]),

  headsService: number('roster', 'people', 4, [0, 50]),
  headsTechnician: number('roster', 'people', 3, [0, 50]),
  headsGuard: number('roster', 'people', 2, [0, 50]),
  rosterInputDay: number('roster', 'of_month', 20, [1, 28]),
  rosterPublishDay: number('roster', 'of_month', 25, [1, 28]),
  rosterRemindTime: time('roster', '09:00'),
  rosterPublishHours: number('roster', 'hours', 72, [24, 336]),
  restHours: number('roster', 'hours', 11, [8, 24]),
  restAfterRunHours: number('roster', 'hours', 24, [11, 72]),
  nightsInFour: number('roster', 'nights', 2, [1, 4]),
  nightsInSeven: number('roster', 'nights', 3, [1, 7]),
  hoursADay: number('roster', 'hours', 8, [4, 13]),
  hoursAWeek: number('roster', 'hours', 44, [20, 60]),
  overtimeHoursAMonth: number('roster', 'hours', 36, [0, 36]),
  hoursApproval: text('roster', 'line'),
  /** From this night on nobody without a valid date counts as trained; empty: the company does not record it yet. */
  trainingFrom: text('roster', 'day'),
  seniorNights: number('roster', 'nights', 24, [1, 200]),
  pairNights: number('roster', 'nights', 4, [1, 31]),
  generateSeconds: number('roster', 'seconds', 60, [5, 300]),

  greeting: both('customers', { 'zh-CN': '夜里也有人在。', en: 'Someone is awake.' }, 60),
  dayDeskStart: time('customers', '08:30'),
  dayDeskEnd: time('customers', '18:00'),
  dayDeskPhone: text('customers', 'phone'),
  dayDeskEmail: text('customers', 'email'),
  emergencyPhone: text('customers', 'phone'),
  requestPageDays: number('customers', 'days', 30, [1, 365]),
  unreadMailMinutes: number('customers', 'minutes', 10, [1, 240]),
  unreadMailAgainMinutes: number('customers', 'minutes', 15, [5, 240]),
  verifyAgainMinutes: number('customers', 'minutes', 10, [10, 1440]),
  verificationHours: number('customers', 'hours', 72, [1, 240]),
  /** To one number; none: nothing goes to customers by SMS. */
  textsADay: number('customers', 'times', 6, [0, 50]),
  codeMinutes: number('customers', 'minutes', 30, [5, 240]),
  codesAnHour: number('customers', 'times', 60, [0, 1000]),
  transcriptAgainMinutes: number('customers', 'minutes', 10, [1, 1440]),
  morningMailTime: time('customers', '08:00'),
  visitorDays: number('customers', 'days', 90, [1, 365]),

  callbackMinutes: number('phone', 'minutes', 10, [1, 240]),
  callbackTries: number('phone', 'times', 3, [1, 10]),
  callWrapUpSeconds: number('phone', 'seconds', 60, [0, 600]),
  callFloodMost: number('phone', 'times', 10, [3, 100]),
  callStuckRingMinutes: number('phone', 'minutes', 2, [1, 30]),
  callStuckTalkMinutes: number('phone', 'minutes', 120, [10, 600]),
  callRecordingNotice: both(
    'phone',
    { 'zh-CN': '为保证服务质量，本次通话会被录音。', en: 'This call is recorded so that we can serve you well.' },
    120,
  ),

  revealMinutes: number('privacy', 'minutes', 5, [1, 60]),
  revealsANight: number('privacy', 'times', 5, [1, 100]),
  retentionConversationDays: number('privacy', 'days', 730, [30, 3650]),
  retentionFileDays: number('privacy', 'days', 180, [7, 3650]),
  retentionVisitorDays: number('privacy', 'days', 30, [1, 365]),
  retentionLetterDays: number('privacy', 'days', 90, [7, 3650]),
  retentionRecordingDays: number('privacy', 'days', 90, [1, 3650]),
  retentionNoticeDays: number('privacy', 'days', 365, [30, 3650]),

  abuseWarningDays: number('conduct', 'days', 30, [1, 180]),
  abuseLimitHours: number('conduct', 'hours', 24, [1, 168]),
  abuseLimitMostHours: number('conduct', 'hours', 72, [1, 336]),
  abusePaceSeconds: number('conduct', 'seconds', 60, [10, 900]),
  abuseBanDays: number('conduct', 'days', 7, [1, 90]),
  abuseBanMostDays: number('conduct', 'days', 30, [1, 90]),
  abuseDecideHours: number('conduct', 'hours', 24, [1, 72]),
  abuseRangeMost: number('conduct', 'people', 5, [0, 50]),

  ratingContestWorkdays: number('appraisal', 'workdays', 3, [1, 10]),
  appraisalCommentWorkdays: number('appraisal', 'workdays', 2, [1, 10]),
  appraisalManagerWorkdays: number('appraisal', 'workdays', 3, [1, 10]),
  appraisalReviewWorkdays: number('appraisal', 'workdays', 2, [1, 10]),
  appraisalSignWorkdays: number('appraisal', 'workdays', 1, [1, 10]),
  appraisalPublishTime: time('appraisal', '18:00'),
  appraisalAnswerWorkdays: number('appraisal', 'workdays', 5, [3, 20]),
  appraisalShiftsLeast: number('appraisal', 'shifts', 3, [1, 10]),
  appraisalRatingsLeast: number('appraisal', 'ratings', 5, [1, 50]),
  appraisalRatingPrior: number('appraisal', 'ratings', 10, [5, 30]),
  appraisalItemLeast: number('appraisal', 'times', 8, [1, 50]),
  appraisalItemPrior: number('appraisal', 'times', 5, [0, 50]),
  appraisalIncidentPrior: number('appraisal', 'incidents', 3, [0, 20]),
  appraisalManagerPoints: number('appraisal', 'points', 10, [0, 10]),
  appraisalReviewPoints: number('appraisal', 'points', 5, [0, 5]),
  shiftNoteHours: number('appraisal', 'hours', 48, [4, 168]),
  measureStatementWorkdays: number('appraisal', 'workdays', 3, [1, 20]),
  measureUndecidedDays: number('appraisal', 'days', 14, [1, 60]),
  measureMonths: number('appraisal', 'months', 12, [1, 36]),
  coachingAnswerDays: number('appraisal', 'days', 7, [1, 60]),
  documentWorkdays: number('appraisal', 'workdays', 2, [1, 10]),
  recordDecisionWorkdays: number('appraisal', 'workdays', 3, [1, 20]),
  commendationUndecidedDays: number('appraisal', 'days', 14, [1, 90]),
  ratingsPerCustomerMonth: number('appraisal', 'times', 2, [1, 31]),

  noticeUnreadMinutes: number('notices', 'minutes', 15, [1, 240]),
  pageNextSeconds: number('notices', 'seconds', 12, [5, 13]),
  pageRepeatMinutes: number('notices', 'minutes', 5, [1, 60]),
  noticeUnseenHours: number('notices', 'hours', 4, [1, 48]),
  digestTime: time('notices', '06:30'),
  briefDraftTime: time('notices', '06:00'),
  briefTime: time('notices', '08:30'),
  reportTime: time('notices', '07:30'),

  sessionHours: number('people', 'hours', 12, [1, 72]),
  mailFrom: text('people', 'email'),
  /** Where customers' answers arrive; empty: nowhere, and letters lead to the request page. */
  mailAnswers: text('people', 'email'),
  mailFolder: text('people', 'line', 'Nightdesk'),
  mailTrustedHost: text('people', 'line'),
  mailSenderLetters: number('people', 'times', 10, [1, 1000]),
  mailSenderMinutes: number('people', 'minutes', 10, [1, 1440]),

  companyName: both('brand', { 'zh-CN': '夜班值守台', en: 'Nightdesk' }, 40),
  /** `#rrggbb`; empty: the colours of the house. */
  accent: text('brand', 'colour'),
  /** Set by its own form (brand/actions.ts); null: the name alone. */
  logo: picture('brand'),
} as const satisfies Record<string, Definition>

export type SettingKey = keyof typeof SETTINGS
/** Every setting with its value in force. */
export type Settings = { readonly [Key in SettingKey]: (typeof SETTINGS)[Key]['default'] }

export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(SETTINGS, key)
export const definitionOf = (key: SettingKey): Definition => SETTINGS[key]
export const keysOf = (group: Group): SettingKey[] =>
  (Object.keys(SETTINGS) as SettingKey[]).filter((key) => SETTINGS[key].group === group)
