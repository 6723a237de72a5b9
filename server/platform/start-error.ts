/** Why Nightdesk cannot start, as one sentence that tells the operator what to do. Ends the program with 1, without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
