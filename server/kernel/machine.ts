/** A state machine is a table, visible whole: state → act → next state. */
export type Moves<State extends string, Act extends string> = {
  readonly [S in State]: Readonly<Partial<Record<Act, State>>>
}

/** The state an act leads to, or undefined where the table has no such arrow. */
export const after = <State extends string, Act extends string>(
  moves: Moves<State, Act>,
  from: State,
  act: Act,
): State | undefined => moves[from][act]
