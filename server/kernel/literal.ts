/**
 * A text inside a pattern, standing for itself. Only what means something there is escaped: in a Unicode pattern an escape
 * of anything else, of an apostrophe too, is a syntax error.
 */
export const literalPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
