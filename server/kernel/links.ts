/** Addresses that people give as evidence: of the web, or of a page of this house. */
export const LINK_LETTERS = 300

export const isLink = (text: string): boolean =>
  /^(https?:\/\/\S+|\/[^/\s]\S*)$/.test(text) && text.length <= LINK_LETTERS

/** One a line; empty lines are none. */
export const linksIn = (typed: string): string[] =>
  typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
