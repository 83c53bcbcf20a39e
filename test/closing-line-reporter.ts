/** Prints `N passed, N failed, N skipped` as the very last line, counted from the results. */
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

export default class ClosingLineReporter implements Reporter {
  #line = '0 passed, 0 failed, 0 skipped';
  #wrong = true;

  onInit(): void {
    // After everything that vitest and the other reporters print.
    process.on('exit', () => {
      if (this.#wrong && (process.exitCode === undefined || Number(process.exitCode) === 0)) process.exitCode = 1;
      if (process.env.DUMPBENCH_LINT === 'failed') process.stdout.write('the static checks failed too: see the beginning of the output\n');
      process.stdout.write(`${this.#line}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const testModule of modules) {
      for (const test of testModule.children.allTests()) {
        const { state } = test.result();
        // A test that never came to its end (a crashed worker, an interrupt) did not pass.
        count[state === 'pending' ? 'failed' : state] += 1;
      }
      // A file or suite that fails outside its tests is a failure too, also when it holds none.
      if (testModule.errors().length > 0) count.failed += 1;
      for (const suite of testModule.children.allSuites()) if (suite.errors().length > 0) count.failed += 1;
    }
    count.failed += unhandledErrors.length;
    this.#wrong = count.failed > 0 || count.passed + count.failed === 0;
    this.#line = `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
  }
}
