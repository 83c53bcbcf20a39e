// What came of one run of the tests or of several: counts, time by suite, and what was skipped why.

/**
 * @typedef {object} SuiteTime
 * @property {number} files
 * @property {number} tests
 * @property {number} milliseconds  of all its files, in whatever worker they ran
 */

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {Record<string, SuiteTime>} suites    by folder: "test/unit"
 * @property {Record<string, number>} lacking      tests that were skipped for want of a requirement, by its id
 * @property {Record<string, number>} notes        tests that said themselves why they were skipped, by what they said
 * @property {readonly string[]} failures          what failed, each with the first line of its message
 * @property {readonly string[]} unexplained       other tests that were skipped, but for those that ask for real dumps
 */

/** @returns {Tally} */
export const emptyTally = () => ({ passed: 0, failed: 0, skipped: 0, suites: {}, lacking: {}, notes: {}, failures: [], unexplained: [] });

/** Adds numbers by name. @param {Record<string, number>} left @param {Record<string, number>} right */
function addNumbers(left, right) {
  const sum = { ...left };
  for (const [name, count] of Object.entries(right)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/**
 * @param {Tally} left
 * @param {Tally} right
 * @returns {Tally}
 */
export function addTallies(left, right) {
  const suites = { ...left.suites };
  for (const [name, more] of Object.entries(right.suites)) {
    const { files, tests, milliseconds } = suites[name] ?? { files: 0, tests: 0, milliseconds: 0 };
    suites[name] = { files: files + more.files, tests: tests + more.tests, milliseconds: milliseconds + more.milliseconds };
  }
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
    suites,
    lacking: addNumbers(left.lacking, right.lacking),
    notes: addNumbers(left.notes, right.notes),
    failures: [...left.failures, ...right.failures],
    unexplained: [...left.unexplained, ...right.unexplained],
  };
}

/** The closing line of a run. @param {Tally} tally */
export const closingLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

const minutes = (/** @type {number} */ milliseconds) => `${(milliseconds / 60_000).toFixed(1)} min`;

/**
 * A table of what took how long, in minutes of one worker, next to the budget where there is one.
 * @param {Tally} tally
 * @param {Readonly<Record<string, number>>} budget  minutes by suite
 * @returns {string[]} lines
 */
export function timeTable({ suites }, budget) {
  const rows = Object.entries(suites)
    .sort(([, left], [, right]) => right.milliseconds - left.milliseconds)
    .map(([name, { files, tests, milliseconds }]) => {
      const allowed = budget[name];
      const over = allowed !== undefined && milliseconds > allowed * 60_000 ? '  over budget' : '';
      return [name, String(files), String(tests), minutes(milliseconds), allowed === undefined ? '' : `${allowed} min${over}`];
    });
  const all = [['suite', 'files', 'tests', 'took', 'budget'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
