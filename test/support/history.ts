/** One line of a screen or of the table of messages. */
export type Line = { readonly seq: number; readonly clientId: string; readonly body: string }

/** What was tried, what was acknowledged, what is stored and what each screen shows at the end of one conversation. */
export type History = {
  readonly sent: ReadonlyMap<string, string>
  readonly acknowledged: readonly { readonly clientId: string; readonly seq: number }[]
  readonly stored: readonly Line[]
  readonly screens: readonly (readonly Line[])[]
}

/** Everything that is wrong with a history; empty where nothing was lost, doubled, mixed up or made up. */
export function violations({ sent, acknowledged, stored, screens }: History): string[] {
  const wrong: string[] = []
  const bySeq = new Map(stored.map((line) => [line.seq, line]))
  stored.forEach(({ seq }, index) => {
    if (seq !== index + 1) wrong.push(`number ${index + 1} is missing or not in its place`)
  })
  for (const [clientId, body] of sent) {
    const found = stored.filter((line) => line.clientId === clientId)
    if (found.length > 1) wrong.push(`${clientId} is stored ${found.length} times`)
    if (found.some((line) => line.body !== body)) wrong.push(`${clientId} is stored with other words`)
    if (!acknowledged.some((one) => one.clientId === clientId)) wrong.push(`${clientId} was never acknowledged`)
  }
  for (const { clientId, seq } of acknowledged)
    if (bySeq.get(seq)?.clientId !== clientId) wrong.push(`${clientId} was acknowledged as ${seq} and is not there`)
  screens.forEach((screen, index) => {
    const shown = screen.map(({ seq, body }) => `${seq} ${body}`).join('\n')
    const kept = stored.map(({ seq, body }) => `${seq} ${body}`).join('\n')
    if (shown !== kept) wrong.push(`screen ${index + 1} does not show what is stored`)
  })
  return wrong
}
