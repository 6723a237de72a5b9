/** What a canned reply may leave open, filled in where an agent puts it into a conversation. */
export const OPENINGS = ['customer', 'agent', 'ticket', 'company'] as const
export type Openings = Readonly<Record<(typeof OPENINGS)[number], string>>

/** Fills what a canned reply leaves open; its own small replacer, because no template is ever made of people's text. */
export const fillIn = (body: string, openings: Openings): string =>
  body.replace(/\{\{\s*(customer|agent|ticket|company)\s*\}\}/g, (_, name: keyof Openings) => openings[name])
