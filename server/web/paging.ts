/** What an address asks for, and one list of its page from the next place on: the other lists and filters stay as they are. */
export function onwards(
  path: string,
  asked: Readonly<Record<string, string | undefined>>,
  { list, place, anchor }: { list: string; place: string; anchor: string },
): string {
  const kept = Object.entries(asked).flatMap(([key, value]) => (value ? [[key, value]] : []))
  return `${path}?${new URLSearchParams({ ...Object.fromEntries(kept), [list]: place })}#${anchor}`
}

/** One more than a page was read, to know whether there is another: the page, and the last row of it where there is. */
export function paged<Row>(found: readonly Row[], limit: number): { some: readonly Row[]; last: Row | undefined } {
  const some = found.slice(0, limit)
  return { some, last: found.length > limit ? some.at(-1) : undefined }
}
