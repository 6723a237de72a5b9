import { type Context, Hono } from 'hono'
import { seesCustomer, type Veil, veilOf } from '../../customers/privacy/rules.ts'
import { codeText, composeVerification } from '../../customers/verification/letters.ts'
import type { TicketId } from '../../kernel/ids.ts'
import { LANGUAGES, type Language } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import { HOUR, plus } from '../../kernel/time.ts'
import { CODE_MARK, LINK_MARK, withoutLinks } from '../../platform/outgoing.ts'
import { currentSettings } from '../../settings/queries.ts'
import { findOpenAssignment } from '../../tickets/assignments/queries.ts'
import { listMessages, type MessageView } from '../../tickets/messages/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { Env, SignedIn } from '../../web/env.ts'
import { staffOnly } from '../../web/guard.ts'
import { page } from '../../web/page.ts'
import { morningText, promisedText, unreadText } from '../texts/words.ts'
import { composeMorning, composeTranscript, composeUnread, type Frame, type Written } from './letters.ts'
import { nightOfTicket } from './morning/queries.ts'
import { latestAnswered, type Party, partyOf } from './queries.ts'
import { MESSAGES_A_LETTER } from './rules.ts'
import { frameOf } from './writing.ts'

const KINDS = ['verification', 'unread', 'transcript', 'morning'] as const
type Kind = (typeof KINDS)[number]
const WHOLE = 200
/** A letter as a mail program gets it: its own small style sheet, no script, nothing from elsewhere. */
const LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"

/** What customers get by mail, drawn from the house's own latest request. */
export const letterPages = (deps: Deps) => {
  const edits = staffOnly(deps, 'settings.edit')
  return new Hono<Env>()
    .get('/', edits, async (c) => {
      const sample = await sampleOf(deps, c.var.me)
      const letters = KINDS.flatMap((kind) =>
        LANGUAGES.map((language) => ({ kind, language, written: write(kind, language, sample) })),
      ).flatMap(({ written, ...one }) => (written ? [{ ...one, ...shownAs(written) }] : []))
      const { codeMinutes } = await currentSettings(deps.db)
      return page(c, deps, 'letters/preview', { letters, texts: textsOf(sample, codeMinutes), missing: !sample.latest })
    })
    .get('/:kind/:language', edits, (c) => showOne(c, deps))
}

async function showOne(c: Context<Env>, deps: Deps): Promise<Response> {
  const kind = KINDS.find((one) => one === c.req.param('kind'))
  const language = LANGUAGES.find((one) => one === c.req.param('language'))
  const written = kind && language && write(kind, language, await sampleOf(deps, c.var.me))
  if (!written) throw new NotFound()
  c.header('content-security-policy', LETTER_POLICY)
  return c.html(written.html.replaceAll(LINK_MARK, `${deps.config.publicUrl}/…`))
}

type Latest = { party: Party; messages: MessageView[]; night: Awaited<ReturnType<typeof nightOfTicket>> }
type Sample = { frame: Frame; latest: Latest | null }

/** The latest request, covered as everywhere for whoever may not see who asked (REGULATION row 57). */
async function sampleOf({ db, clock, config }: Deps, me: SignedIn): Promise<Sample> {
  const now = clock.now()
  const frame = await frameOf({ db, now }, { zone: config.timeZone })
  const id = await latestAnswered(db)
  const party = id && (await partyOf(db, id))
  if (!id || !party) return { frame, latest: null }
  const heldBy = (await findOpenAssignment(db, id))?.staffId
  const veil = veilOf(seesCustomer(me, heldBy), party.customerName)
  const messages = (await listMessages(db, id, 0, WHOLE)).map((one) => veiled(veil, one))
  return {
    frame,
    latest: { party: { ...party, subject: veil.words(party.subject) }, messages, night: await lately(id) },
  }

  async function lately(ticketId: TicketId) {
    const last = new Date(messages.findLast(({ author }) => author === 'staff')?.at ?? now)
    return nightOfTicket(db, ticketId, { from: plus(last, -12 * HOUR), to: plus(last, 1) }, now)
  }
}

const veiled = (veil: Veil, message: MessageView): MessageView => ({ ...message, body: veil.words(message.body) })

function write(kind: Kind, language: Language, { frame, latest }: Sample): Written | null {
  if (kind === 'verification') {
    const { company, zone, now } = frame
    return composeVerification({ company, language, zone, now, until: plus(now, 72 * HOUR) })
  }
  if (!latest) return null
  const about = { ...latest.party, language }
  const answers = latest.messages.filter(({ author }) => author === 'staff').slice(-MESSAGES_A_LETTER)
  switch (kind) {
    case 'unread':
      return composeUnread(about, { messages: answers, more: 0 }, frame)
    case 'transcript':
      return composeTranscript(about, latest.messages, frame)
    case 'morning':
      return composeMorning(about, latest.night, frame)
  }
}

/** The short messages in both languages, with marks where a link or a code will stand. */
function textsOf({ frame, latest }: Sample, codeMinutes: number) {
  const says = (language: Language): [string, string][] => {
    const answers = latest?.messages.filter(({ author }) => author === 'staff').length ?? 0
    return [
      ['code', codeText({ company: frame.company, language, codeMinutes })],
      ['callback', promisedText(language, plus(frame.now, HOUR), frame)],
      ...(latest
        ? ([
            ['unread', unreadText({ ...latest.party, language }, Math.max(1, answers), frame)],
            ['morning', morningText({ ...latest.party, language }, latest.night, frame)],
          ] as [string, string][])
        : []),
    ]
  }
  const drawn = LANGUAGES.map((language) => ({ language, said: new Map(says(language)) }))
  return [...new Set(drawn.flatMap(({ said }) => [...said.keys()]))].map((kind) => ({
    kind,
    in: drawn.map(({ language, said }) => ({
      language,
      words: withoutLinks(said.get(kind) ?? '', 'https://…').replaceAll(CODE_MARK, '123456'),
    })),
  }))
}

const shownAs = ({ subject, text }: Written) => ({
  subject,
  paragraphs: text.split('\n\n').map((words) => ({ words, link: words === LINK_MARK })),
})
