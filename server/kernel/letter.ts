/** A letter that came from outside (RFC 5322), as far as it could be read. Nothing in it is to be believed. */
export type Letter = {
  readonly from: readonly Address[]
  /** Everywhere it was sent to: To, Cc, and what the servers on its way noted. */
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly messageId: string | null
  /** In-Reply-To and References, as they stand. */
  readonly answers: string
  /** By name in lower case, the topmost first. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly files: readonly LetterFile[]
  /** Whether its parts could be taken apart. */
  readonly whole: boolean
  /** Of a report about another letter: that letter's Message-IDs, and whether it has failed for good. */
  readonly report: { readonly about: string; readonly failed: boolean } | null
}
export type Address = { readonly name: string; readonly address: string }
export type LetterFile = { readonly name: string; readonly bytes: Uint8Array }
