/** A mixed integer program as CPLEX LP text, row by row; the same calls give the same text. */
export class Program {
  readonly #objective: string[] = []
  readonly #rows: string[] = []
  readonly #bounds: string[] = []
  readonly #integers: string[] = []
  readonly #binaries: string[] = []

  /** A yes or no. */
  binary(name: string, cost = 0): void {
    this.#binaries.push(name)
    this.#cost(name, cost)
  }

  /** A count from 0 to so many. */
  integer(name: string, most: number, cost = 0): void {
    this.#integers.push(name)
    this.#bounds.push(`${name} <= ${most}`)
    this.#cost(name, cost)
  }

  /** Between 0 and 1, or above where nothing bounds it; whole by what it is bound to. */
  amount(name: string, cost: number, most: number | null = null): void {
    if (most !== null) this.#bounds.push(`${name} <= ${most}`)
    this.#cost(name, cost)
  }

  /** `plus` added up, `minus` taken off, compared with a number. */
  row(
    name: string,
    plus: readonly string[],
    { minus = [], is, to }: { minus?: readonly string[]; is: '=' | '<=' | '>='; to: number },
  ): void {
    const taken = minus.map((one) => ` - ${one}`).join('')
    this.#rows.push(`${name}: ${plus.join(' + ')}${taken} ${is} ${to}`)
  }

  text(): string {
    return [
      'Minimize',
      ` obj: ${this.#objective.join(' ') || '0 nothing'}`,
      'Subject To',
      ...this.#rows.map((row) => ` ${row}`),
      'Bounds',
      ...this.#bounds.map((bound) => ` ${bound}`),
      'General',
      ` ${this.#integers.join(' ')}`,
      'Binary',
      ` ${this.#binaries.join(' ')}`,
      'End',
    ].join('\n')
  }

  #cost(name: string, cost: number): void {
    if (cost !== 0) this.#objective.push(`${cost < 0 ? '-' : '+'} ${Math.abs(cost)} ${name}`)
  }
}
