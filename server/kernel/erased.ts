/**
 * Stands in the database where a customer's words stood. Two noncharacters, which Unicode keeps for a program's own use:
 * nobody types them, no index of words knows them. Pages say `common.erased` instead, programs get an empty text.
 */
export const ERASED = '\u{FDD0}\u{FDD1}'

/** A text as programs get it. */
export const withoutErased = (text: string): string => (text === ERASED ? '' : text)
