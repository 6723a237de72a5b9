type Asked = Readonly<Record<string, string | undefined>>
type List<Row> = {
  readonly path: string
  /** All that the address asks for: other lists and filters of the page stay as they are. */
  readonly asked: Asked
  /** The name of the place in the address, and where on the page the list stands. */
  readonly list: string
  readonly anchor: string
  readonly placeOf: (row: Row) => string
}
export type ListPage<Row> = {
  readonly some: readonly Row[]
  /** Where the next page is; undefined on the last. */
  readonly older: string | undefined
  /** Where the list begins; undefined on its first page. */
  readonly start: string | undefined
}

/** One more than a page was read, to know whether there is another: the page of one list, and the ways to the next and to the first. */
export function listPage<Row>(found: readonly Row[], limit: number, list: List<Row>): ListPage<Row> {
  const some = found.slice(0, limit)
  const last = found.length > limit ? some.at(-1) : undefined
  return {
    some,
    older: last && addressAt(list, list.placeOf(last)),
    start: list.asked[list.list] ? addressAt(list, undefined) : undefined,
  }
}

function addressAt({ path, asked, list, anchor }: Omit<List<never>, 'placeOf'>, place: string | undefined): string {
  const wanted = Object.entries({ ...asked, [list]: place }).flatMap(([key, value]) => (value ? [[key, value]] : []))
  const search = new URLSearchParams(Object.fromEntries(wanted)).toString()
  return `${path}${search && `?${search}`}#${anchor}`
}
