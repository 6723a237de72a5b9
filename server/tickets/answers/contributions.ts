import type { TicketId } from '../../kernel/ids.ts'
import { publishedArticles } from '../../knowledge/articles/queries.ts'
import { faqPath, languageOf, ranked } from '../../knowledge/articles/rules.ts'
import type { TicketWords } from '../../knowledge/sources.ts'
import type { Deps } from '../../web/deps.ts'
import type { SignedIn } from '../../web/env.ts'
import type { Insert } from '../../web/inserts.ts'
import { readTicket } from '../conversation/reading.ts'
import { listMessages } from '../messages/queries.ts'
import { getTicket, type TicketView } from '../queries.ts'
import { leftOpen, longest } from './rules.ts'

/** As many as one takes in beside a conversation. */
const MOST = 3
/** What the customer wrote last tells more than what they began with. */
const LAST_WORDS = 4

/** Beside a conversation: articles that fit what the customer says, and once it is resolved the way to write it down. */
export async function answersAside(
  { db, config }: Pick<Deps, 'db' | 'config'>,
  me: SignedIn,
  ticket: TicketView,
): Promise<Insert | null> {
  const [all, messages] = await Promise.all([publishedArticles(db), listMessages(db, ticket.id, 0)])
  const words = messages.filter(({ author, code }) => author === 'customer' && !code).map(({ body }) => body)
  const asked = [ticket.subject, ticket.need ?? '', words[0] ?? '', ...words.slice(-LAST_WORDS)].join('\n')
  const articles = ranked(all, asked)
    .slice(0, MOST)
    .map((one) => {
      const title = one.title[languageOf(one, ticket.language)]
      const path = faqPath(one.id, title)
      return { title, path, put: `${title} ${config.publicUrl}${path}` }
    })
  const mine = ticket.assignment?.staffId === me.staffId && ticket.state === 'open'
  const over = isOver(ticket)
  const writes = { article: over && me.capabilities.has('knowledge.edit'), reply: over }
  if (articles.length === 0 && !over) return null
  return { view: 'knowledge/aside', part: 'aside', values: { articles, puts: mine, writes, ticketId: ticket.id } }
}

/** What a resolved conversation gives to an article or a canned reply; null while it goes on. @throws NotFound */
export async function wordsOfTicket(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  me: SignedIn,
  id: TicketId,
): Promise<TicketWords | null> {
  const seen = await readTicket({ db, clock }, me, id)
  if (!isOver(seen) || seen.erasedAt) return null
  // Whoever it was is left out below, so that has to be known.
  const ticket = await getTicket(db, id)
  const said = (await listMessages(db, id, 0)).filter(({ author, code }) => author === 'staff' && !code)
  const names = said.flatMap(({ name = '', nameEn = '' }) => [name, nameEn])
  const open = (text: string) => leftOpen(text, { customer: ticket.customerName, agents: names, number: ticket.number })
  return {
    ticketId: id,
    number: ticket.number,
    language: ticket.language,
    title: open(ticket.need ?? ticket.subject),
    categoryId: ticket.category_id as TicketWords['categoryId'],
    solution: [ticket.result ?? '', ...said.map(({ body }) => body)].filter(Boolean).map(open).join('\n\n'),
    said: open(longest(said.map(({ body }) => body))),
  }
}

const isOver = ({ state }: TicketView): boolean => state === 'resolved' || state === 'closed'
