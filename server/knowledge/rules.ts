/** Words that a canned reply leaves open. */
export type Openings = { readonly customer: string; readonly agent: string; readonly ticket: string }

/** Fills what a canned reply leaves open; its own small replacer, because no template is ever made of people's text. */
export const fillIn = (body: string, openings: Openings): string =>
  body.replace(/\{\{\s*(customer|agent|ticket)\s*\}\}/g, (_, name: keyof Openings) => openings[name])
