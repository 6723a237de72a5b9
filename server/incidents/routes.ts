import { type Context, Hono } from 'hono'
import { listBeside } from '../desk/beside/queries.ts'
import type { IncidentId } from '../kernel/ids.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Deps } from '../web/deps.ts'
import type { Env } from '../web/env.ts'
import { form, optionalText, pathId } from '../web/forms.ts'
import { staffOnly } from '../web/guard.ts'
import { fragment, page, seeOther, wantsPart } from '../web/page.ts'
import { acknowledgeIncident, closeIncident, resolveIncident } from './actions.ts'
import { seenIncident } from './contributions.ts'
import { type IncidentView, listIncidents, viewIncident } from './queries.ts'

const MOST = 60
const WORDS = 4000
type Values = Record<string, unknown>

/** Incidents of the night: those that need somebody first; one with what was done and said. */
export const incidentRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/', staffOnly(deps, 'incident.read'), async (c) => {
      const values = { incidents: (await listIncidents(deps.db, MOST)).map((one) => seenIncident(c.var.me, one)) }
      return wantsPart(c)
        ? fragment(c, deps, 'incidents/list', 'list', values)
        : page(c, deps, 'incidents/list', values)
    })
    .get('/:id', staffOnly(deps, 'incident.read'), (c) => show(c, deps, {}))
    .get('/:id/writers', staffOnly(deps, 'incident.lead'), async (c) => {
      if (!wantsPart(c)) return seeOther(c, `/incidents/${pathId<IncidentId>(c)}`)
      const incident = await viewIncident(deps.db, pathId<IncidentId>(c))
      return fragment(c, deps, 'incidents/parts', 'writers', { incident, writers: await writersTo(c, deps, incident) })
    })
    .post('/:id/acknowledgement', staffOnly(deps, 'incident.lead'), async (c) => {
      await form(c, {})
      await deps.transact(c.var.me.actor, (tx) => acknowledgeIncident(tx, pathId<IncidentId>(c)))
      return seeOther(c, `/incidents/${pathId<IncidentId>(c)}`)
    })
    .post('/:id/resolution', staffOnly(deps, 'incident.lead'), async (c) => {
      const typed = await form(c, { measures: optionalText(WORDS), forCustomer: optionalText(WORDS) })
      try {
        await deps.transact(c.var.me.actor, (tx) => resolveIncident(tx, pathId<IncidentId>(c), typed))
        return seeOther(c, `/incidents/${pathId<IncidentId>(c)}`)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(c, deps, { typed, refused: { [error.field ?? 'form']: error } }, 422)
      }
    })
    .post('/:id/closing', staffOnly(deps, 'incident.lead'), async (c) => {
      await form(c, {})
      await deps.transact(c.var.me.actor, (tx) => closeIncident(tx, pathId<IncidentId>(c)))
      return seeOther(c, '/incidents')
    })

async function show(c: Context<Env>, deps: Deps, values: Values, status: 200 | 422 = 200): Promise<Response> {
  const incident = seenIncident(c.var.me, await viewIncident(deps.db, pathId<IncidentId>(c)))
  const lead = c.var.me.capabilities.has('incident.lead')
  const shown = { incident, lead, writers: lead ? await writersTo(c, deps, incident) : [], ...values }
  return wantsPart(c)
    ? fragment(c, deps, 'incidents/show', 'incident', shown, status)
    : page(c, deps, 'incidents/show', shown, status)
}

/** Who writes to the same customer just now: two answers at once confuse more than a moment's wait. */
async function writersTo(c: Context<Env>, { db }: Deps, { ticketId }: Pick<IncidentView, 'ticketId'>) {
  const beside = ticketId ? await listBeside(db, ticketId, c.var.me.staffId) : []
  return beside.filter(({ writing }) => writing === 'customer')
}
