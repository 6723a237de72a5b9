import type { Reporter, TestCase } from 'vitest/node'

/** Says at the end which tests passed only at their second try: each is a fault to be found, of the test or of the product. */
export default class SecondTry implements Reporter {
  private readonly late: string[] = []

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky) this.late.push(`${test.module.relativeModuleId} › ${test.fullName}`)
  }

  onTestRunEnd(): void {
    for (const name of this.late) console.log(`! passed only at the second try: ${name}`)
  }
}
