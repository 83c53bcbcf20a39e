/**
 * Counts what came of a run. Under scripts/test.mjs the counts go into the file that DUMPBENCH_TALLY names, since the closing line covers all its
 * runs; by itself it prints `N passed, N failed, N skipped` as the very last line.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from 'vitest/node';
import { testsThatAskForDumps } from '../scripts/more-dumps.mjs';
import { closingLine, emptyTally, type Tally } from '../scripts/test-tally.mjs';

/** First line of what went wrong, without colours. */
const firstLine = (error: { readonly message: string } | undefined): string =>
  (stripVTControlCharacters(error?.message ?? '').split('\n')[0] ?? '').slice(0, 300);

/** Folder of a test file below test/, with it; "test" for those that lie in none. */
const suiteOf = (path: string): string => path.split('/').slice(0, -1).slice(0, 2).join('/');

function time(tally: Tally, name: string, testModule: TestModule): void {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } = testModule.diagnostic();
  const suite = (tally.suites[name] ??= { files: 0, tests: 0, milliseconds: 0 });
  suite.files += 1;
  suite.tests += [...testModule.children.allTests()].length;
  suite.milliseconds += environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration;
}

export default class ClosingLineReporter implements Reporter {
  #tally = emptyTally();
  #wrong = true;
  #root = '';
  #suite: string | undefined;
  #lacking: ReadonlySet<string> = new Set();
  #asking: ReadonlySet<string> = new Set();

  onInit({ config }: Vitest): void {
    this.#root = config.root;
    this.#suite = process.env.DUMPBENCH_SUITE;
    this.#lacking = new Set(config.provide.lacking);
    this.#asking = new Set(testsThatAskForDumps());
    // After everything that vitest and the other reporters print.
    process.on('exit', () => {
      if (this.#wrong && (process.exitCode === undefined || Number(process.exitCode) === 0)) process.exitCode = 1;
      const file = process.env.DUMPBENCH_TALLY;
      if (file === undefined) process.stdout.write(`${closingLine(this.#tally)}\n`);
      else writeFileSync(file, JSON.stringify(this.#tally));
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tally = emptyTally();
    const unexplained: string[] = [];
    const failures: string[] = [];
    for (const testModule of modules) {
      const path = relative(this.#root, testModule.moduleId);
      time(tally, this.#suite ?? suiteOf(path), testModule);
      for (const test of testModule.children.allTests()) {
        const { state, errors } = test.result();
        // A test that never came to its end (a crashed worker, an interrupt) did not pass.
        tally[state === 'pending' ? 'failed' : state] += 1;
        if (state === 'failed' || state === 'pending') failures.push(`${path} > ${test.fullName}: ${firstLine(errors?.[0]) || 'it did not end'}`);
        if (state === 'skipped' && !this.#isExplained(tally, test, path)) unexplained.push(`${path} > ${test.fullName}`);
      }
      // A file or suite that fails outside its tests is a failure too, also when it holds none.
      for (const [name, errors] of [
        [path, testModule.errors()] as const,
        ...[...testModule.children.allSuites()].map((suite) => [`${path} > ${suite.fullName}`, suite.errors()] as const),
      ]) {
        if (errors.length === 0) continue;
        tally.failed += 1;
        failures.push(`${name}: ${firstLine(errors[0])}`);
      }
    }
    tally.failed += unhandledErrors.length;
    failures.push(...unhandledErrors.map((error) => `outside the tests: ${firstLine(error)}`));
    // A name that fits no test selects nothing, which proves nothing.
    const isEmpty = tally.passed === 0 && (tally.skipped === 0 || unexplained.length > 0);
    this.#wrong = tally.failed > 0 || isEmpty;
    this.#tally = { ...tally, failures, unexplained };
  }

  /** Notes why a test was skipped: a requirement that is missing, its own words, or real dumps that are not here. */
  #isExplained({ lacking, notes }: Tally, test: TestCase, path: string): boolean {
    const missing = test.tags.find((tag) => this.#lacking.has(tag));
    if (missing !== undefined) {
      lacking[missing] = (lacking[missing] ?? 0) + 1;
      return true;
    }
    const result = test.result();
    const note = result.state === 'skipped' ? result.note : undefined;
    if (note !== undefined) notes[note] = (notes[note] ?? 0) + 1;
    return note !== undefined || this.#asking.has(path);
  }
}
