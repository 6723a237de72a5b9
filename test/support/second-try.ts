import type { Reporter, TestCase } from 'vitest/node'

/** Says at the end which tests passed only at their second try, and of what the first one failed: each is a fault to be found. */
export default class SecondTry implements Reporter {
  private readonly late: string[] = []

  onTestCaseResult(test: TestCase): void {
    if (!test.diagnostic()?.flaky) return
    const first = test.result().errors?.[0]
    this.late.push(
      `! passed only at the second try: ${test.module.relativeModuleId} › ${test.fullName}\n${first?.stack ?? first?.message ?? ''}\n${first?.diff ?? ''}`,
    )
  }

  onTestRunEnd(): void {
    for (const one of this.late) console.log(one)
  }
}
