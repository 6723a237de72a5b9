/**
 * A piece that one feature adds to another's page: a fragment of a view of its own, drawn in the reader's frame by
 * `{{insert one}}`. Who adds what to whose page stands in server/reactions.ts.
 */
export type Insert = {
  readonly view: string
  readonly part: string
  readonly values: Readonly<Record<string, unknown>>
}
