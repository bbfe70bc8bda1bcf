import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/**
 * Prints `N passed, N failed`, and `, N skipped` if there are any, as the very last line of the
 * run: continuous integration reads it.
 *
 * It is written when the process exits, because vitest and the global teardown may still report
 * trouble after the tests have ended, and because only then is the exit code known. A run that
 * fails without a failed test, in a hook, an import, a setup or a teardown, never says 0 failed,
 * and one that ran no test at all has failed: a setup that waits for nothing ends the process.
 */
export default class ClosingLine implements Reporter {
  private passed = 0
  private failed = 0
  private skipped = 0

  onInit(): void {
    process.once('exit', (exitCode) => {
      if (this.passed + this.failed === 0) process.exitCode = 1
      const failed =
        exitCode === 0 && process.exitCode !== 1 ? this.failed : Math.max(this.failed, 1)
      const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : ''
      process.stdout.write(`${this.passed} passed, ${failed} failed${skipped}\n`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()])
    const states = tests.map((test) => test.result().state)
    this.passed = states.filter((state) => state === 'passed').length
    this.skipped = states.filter((state) => state === 'skipped').length
    // A test still pending now was to run and never said how it went.
    this.failed = tests.length - this.passed - this.skipped + unhandled.length
    this.failed += suites.filter((suite) => suite.errors().length > 0).length
  }
}
