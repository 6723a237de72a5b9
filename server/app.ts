import { Hono } from 'hono'
import { departmentRoutes } from './accounts/departments/routes.ts'
import { invitationRoutes } from './accounts/invitations/routes.ts'
import { leadershipRoutes } from './accounts/leadership/routes.ts'
import { ownRoutes } from './accounts/own/routes.ts'
import { IMPORT_BYTES, importRoutes } from './accounts/people/import/routes.ts'
import { peopleRoutes } from './accounts/people/routes.ts'
import { roleRoutes } from './accounts/roles/routes.ts'
import { accountRoutes } from './accounts/routes.ts'
import { measureRoutes } from './appraisal/measures/routes.ts'
import { appraisalMonthRoutes } from './appraisal/months/routes.ts'
import { appraisalRoutes } from './appraisal/routes.ts'
import { postCaseRoutes } from './attendance/cases/routes.ts'
import { correctionRoutes } from './attendance/corrections/routes.ts'
import { attendanceLeadRoutes } from './attendance/lead/routes.ts'
import { ledgerRoutes } from './attendance/ledger/routes.ts'
import { attendanceRoutes } from './attendance/routes.ts'
import { callbackRoutes } from './calls/callbacks/routes.ts'
import { ctiApi } from './calls/lines/api.ts'
import { lineRoutes } from './calls/lines/routes.ts'
import { callLogRoutes } from './calls/log/routes.ts'
import { recordingRoutes } from './calls/recordings/routes.ts'
import { callRoutes } from './calls/routes.ts'
import { chatApiRoutes } from './chat/api.ts'
import { faqRoutes } from './chat/faq/routes.ts'
import { incomingRoutes } from './chat/mail/routes.ts'
import { chatRoutes, formsAgain } from './chat/routes.ts'
import { ofCustomers } from './chat/uploads.ts'
import { widgetScript } from './chat/widget/routes.ts'
import { abuseRoutes } from './customers/abuse/cases/routes.ts'
import { revealRoutes } from './customers/privacy/reveals/routes.ts'
import { customerRoutes } from './customers/privacy/routes.ts'
import { verificationRoutes } from './customers/verification/routes.ts'
import { seenByPage } from './desk/presence/pages.ts'
import { protectionRoutes } from './desk/protection/routes.ts'
import { assignmentRoutes, deskRoutes } from './desk/routes.ts'
import { escalationLinkRoutes } from './escalations/links/routes.ts'
import { escalationRoutes } from './escalations/routes.ts'
import { incidentRoutes } from './incidents/routes.ts'
import { NotFound } from './kernel/refusal.ts'
import { articleRoutes } from './knowledge/articles/routes.ts'
import { replyRoutes } from './knowledge/replies/routes.ts'
import { briefRoutes } from './notifications/briefs/routes.ts'
import { channelRoutes } from './notifications/channels/routes.ts'
import { choiceRoutes } from './notifications/choices/routes.ts'
import { letterPages } from './notifications/customers/routes.ts'
import { noticeRoutes } from './notifications/notices/routes.ts'
import { outgoingRoutes } from './notifications/outgoing/routes.ts'
import { previewRoutes } from './notifications/previews/routes.ts'
import { reminderRoutes } from './notifications/reminders/routes.ts'
import { obligationRoutes } from './obligations/routes.ts'
import { metricsRoutes, operationRoutes } from './operation/routes.ts'
import { policyRoutes, TERMS_BYTES, termsRoutes } from './policies/routes.ts'
import { ahead, around, canText, gates, groupAsides, keeping, previews, sources, steps, witness } from './reactions.ts'
import { recognitionRoutes } from './recognition/routes.ts'
import { wallRoutes } from './recognition/wall/routes.ts'
import { falseRecordRoutes } from './records/cases/routes.ts'
import { PAPER_FORM_BYTES, recordRoutes } from './records/routes.ts'
import { reportRoutes } from './reports/periods/routes.ts'
import { boardRoutes } from './reports/routes.ts'
import { satisfactionRoutes } from './reports/satisfaction/routes.ts'
import { shellRoutes } from './reports/shell/routes.ts'
import { confirmationRoutes } from './roster/confirmations/routes.ts'
import { feedRoutes } from './roster/feeds/routes.ts'
import { planPeopleRoutes } from './roster/months/people/routes.ts'
import { printRoutes } from './roster/months/printing/routes.ts'
import { planRoutes } from './roster/months/routes.ts'
import { SHEET_BYTES } from './roster/months/sheets/reading.ts'
import { planSheetRoutes } from './roster/months/sheets/routes.ts'
import { versionRoutes } from './roster/months/versions/routes.ts'
import { rosterRoutes } from './roster/routes.ts'
import { signatureRoutes } from './roster/signatures/routes.ts'
import { PROOF_FORM_BYTES, swapRoutes } from './roster/swaps/routes.ts'
import { publicBrandRoutes, UPLOAD_BYTES } from './settings/brand/routes.ts'
import { settingRoutes } from './settings/routes.ts'
import { emptyHouseRoutes, setupRoutes } from './setup/routes.ts'
import { setupStepRoutes } from './setup/steps/routes.ts'
import { entryRoutes } from './tickets/entry/routes.ts'
import { FILE_FORM_BYTES } from './tickets/files/answers.ts'
import { ratingRoutes } from './tickets/ratings/pages/routes.ts'
import { ticketRoutes } from './tickets/routes.ts'
import { searchRoutes } from './tickets/search/routes.ts'
import { policyPages } from './tickets/sla/policies/routes.ts'
import { crossSite } from './web/cross-site.ts'
import type { Deps } from './web/deps.ts'
import type { Env } from './web/env.ts'
import { answerError } from './web/errors.ts'
import { staffOnly } from './web/guard.ts'
import { readBody, readerPreferences, safeHeaders } from './web/headers.ts'
import { healthRoutes } from './web/health.ts'
import { toldRequests } from './web/requests.ts'
import { standing } from './web/standing.ts'
import { staticRoutes } from './web/static.ts'
import { readUpload } from './web/uploads.ts'

/** Middleware, then one route a feature. Never listens. */
export function buildApp(deps: Deps): Hono<Env> {
  const app = new Hono<Env>()
  app.use(standing(() => app.routes, deps.config.isOurOrigin))
  app.use(toldRequests(deps))
  app.use(safeHeaders(deps))
  app.route('/', widgetScript(deps))
  app.route('/', staticRoutes(deps))
  app.route('/', healthRoutes(deps))
  app.route('/', metricsRoutes(deps))
  app.route('/', ctiApi(deps))
  app.use(readerPreferences)
  app.route('/', publicBrandRoutes(deps))
  app.use('/people/import', staffOnly(deps, 'people.edit'), readUpload(IMPORT_BYTES))
  app.use('/roster/sheets/:month', staffOnly(deps, 'roster.edit'), readUpload(SHEET_BYTES))
  app.use('/settings/brand/logo', staffOnly(deps, 'settings.edit'), readUpload(UPLOAD_BYTES))
  app.use('/settings/terms', staffOnly(deps, 'settings.edit'), readUpload(TERMS_BYTES))
  app.use('/tickets/:id/files', staffOnly(deps, 'desk.work'), readUpload(FILE_FORM_BYTES))
  app.use('/requests/:token/files', ofCustomers(deps), readUpload(FILE_FORM_BYTES))
  app.use('/api/v1/tickets/:id/files', ofCustomers(deps), readUpload(FILE_FORM_BYTES))
  app.use('/roster/swaps', staffOnly(deps, 'attendance.own'), readUpload(PROOF_FORM_BYTES))
  app.use('/records/:id/answer', staffOnly(deps, 'record.own'), readUpload(PAPER_FORM_BYTES))
  app.use(readBody)
  app.use(crossSite({ secret: deps.secret, isOurOrigin: (origin) => deps.config.isOurOrigin(origin) }))
  app.route('/', accountRoutes(deps))
  app.route('/', invitationRoutes(deps))
  app.route('/people/import', importRoutes(deps))
  app.route('/people', peopleRoutes(deps, ahead))
  app.route('/departments', departmentRoutes(deps))
  app.route('/leadership', leadershipRoutes(deps))
  app.route('/me/notices', choiceRoutes(deps))
  app.route('/me', ownRoutes(deps))
  app.route('/roles', roleRoutes(deps))
  app.route('/', policyRoutes(deps))
  app.route('/settings/terms', termsRoutes(deps))
  app.route('/settings/sla', policyPages(deps))
  app.route('/settings/channels', channelRoutes(deps))
  app.route('/settings/lines', lineRoutes(deps))
  app.route('/settings/letters', previewRoutes(deps, previews))
  app.route('/settings/mail', letterPages(deps))
  app.route('/settings', settingRoutes(deps, groupAsides))
  app.route('/obligations', obligationRoutes(deps))
  app.route('/attendance/cases', postCaseRoutes(deps))
  app.route('/attendance/corrections', correctionRoutes(deps))
  app.route('/attendance', ledgerRoutes(deps))
  app.route('/attendance', attendanceLeadRoutes(deps, gates))
  app.route('/', attendanceRoutes(deps, steps, gates))
  app.route('/roster/confirmations', confirmationRoutes(deps))
  app.route('/roster/swaps', swapRoutes(deps))
  app.route('/roster/signatures', signatureRoutes(deps))
  app.route('/roster', feedRoutes(deps))
  app.route('/roster/plan', planRoutes(deps))
  app.route('/roster/plan', versionRoutes(deps))
  app.route('/roster/print', printRoutes(deps))
  app.route('/roster/sheets', planSheetRoutes(deps))
  app.route('/roster', planPeopleRoutes(deps))
  app.route('/roster', rosterRoutes(deps))
  app.route('/customers', customerRoutes(deps, keeping))
  app.route('/verify', verificationRoutes(deps))
  app.route('/reveals', revealRoutes(deps))
  const seen = seenByPage(deps)
  app.use('/desk/*', seen)
  app.use('/tickets/*', seen)
  app.route('/tickets', searchRoutes(deps))
  app.route('/tickets', entryRoutes(deps))
  app.route('/tickets', ticketRoutes(deps, around))
  app.route('/tickets', assignmentRoutes(deps, around))
  app.route('/tickets', protectionRoutes(deps, around))
  app.route('/desk', deskRoutes(deps, around))
  app.route('/abuse', abuseRoutes(deps, witness))
  app.route('/calls/callbacks', callbackRoutes(deps))
  app.route('/calls/recordings', recordingRoutes(deps))
  app.route('/calls', callLogRoutes(deps))
  app.route('/calls', callRoutes(deps))
  app.route('/', escalationRoutes(deps))
  app.route('/', escalationLinkRoutes(deps))
  app.route('/incidents', incidentRoutes(deps))
  app.route('/knowledge/replies', replyRoutes(deps, sources))
  app.route('/knowledge', articleRoutes(deps, sources))
  app.route('/faq', faqRoutes(deps))
  app.route('/ratings', ratingRoutes(deps))
  app.route('/reports', reportRoutes(deps))
  app.route('/satisfaction', satisfactionRoutes(deps))
  app.route('/records/cases', falseRecordRoutes(deps))
  app.route('/records', recordRoutes(deps))
  app.route('/wall', wallRoutes(deps))
  app.route('/commendations', recognitionRoutes(deps))
  app.route('/appraisal', appraisalMonthRoutes(deps))
  app.route('/appraisal', appraisalRoutes(deps))
  app.route('/measures', measureRoutes(deps))
  app.route('/board', boardRoutes(deps))
  app.route('/shell', shellRoutes(deps))
  app.route('/outgoing', outgoingRoutes(deps))
  app.route('/incoming', incomingRoutes(deps))
  app.route('/reminders', reminderRoutes(deps))
  app.route('/notices', noticeRoutes(deps))
  app.route('/brief', briefRoutes(deps))
  app.route('/operation', operationRoutes(deps))
  app.route('/', emptyHouseRoutes(deps))
  app.route('/setup', setupRoutes(deps))
  app.route('/setup', setupStepRoutes(deps))
  app.route('/api/v1', chatApiRoutes(deps, canText))
  app.route('/', chatRoutes(deps, canText))
  app.notFound((c) => answerError(deps, new NotFound(), c))
  app.onError(formsAgain(deps, canText))
  return app
}
