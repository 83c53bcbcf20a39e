// Runs the static checks, then the tests, on the pinned Node; installs nothing. Words go to vitest (`npm test -- test/oracle`), and the static
// checks are then left out. `--all` takes everything instead of seeded samples. `--hidden` runs the tests that ask for real dumps as on a machine
// that has only those of the repository; `--gate` runs everything and then that. DUMPBENCH_REQUIRE=all fails a run that skipped a test for want of
// something that `npm run test:setup` installs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moreDumpFolders, testsThatAskForDumps } from './more-dumps.mjs';
import { pinnedNode, runOn } from './node-runtime.mjs';
import { gateMinutes, suiteMinutes } from './test-budget.mjs';
import { demanded, lacking } from './test-requirements.mjs';
import { addTallies, closingLine, emptyTally, timeTable } from './test-tally.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = pinnedNode();
const flags = ['--all', '--gate', '--hidden'];
const given = process.argv.slice(2);
const words = given.filter((word) => !flags.includes(word));
const has = (/** @type {string} */ flag) => given.includes(flag);

const folders = moreDumpFolders();
const lack = await lacking();
/** Their reference texts are packed with xz: without it those folders are of no use. */
const canReadMore = folders.length > 0 && !lack.some(({ id }) => id === 'xz');

let tally = emptyTally();
const installSeconds = Number(process.env.DUMPBENCH_INSTALL_SECONDS ?? 0);
if (installSeconds > 0) tally.suites.install = { files: 0, tests: 0, milliseconds: installSeconds * 1000 };
/** What makes the run fail besides its tests. @type {string[]} */
const faults = [];

/**
 * Runs vitest once and adds what came of it.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [more]
 */
async function runTests(args, more = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'dumpbench-tally-'));
  const file = join(folder, 'tally.json');
  try {
    const env = { ...process.env, ...(has('--all') && { DUMPBENCH_ALL: '1' }), ...more, DUMPBENCH_TALLY: file };
    const code = await runOn(node, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', root, ...args], env);
    /** @type {import('./test-tally.mjs').Tally} */
    const counted = JSON.parse(readFileSync(file, 'utf8'));
    tally = addTallies(tally, counted);
    if (code !== 0 && counted.failed === 0) throw new Error(`it ended with code ${code}, though no test failed`);
  } catch (error) {
    // It ended before it could count, or something besides the tests is wrong.
    tally = addTallies(tally, { ...emptyTally(), failed: 1 });
    faults.push(`vitest: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The static checks count as one suite of the table. */
async function runLint() {
  const start = performance.now();
  if ((await runOn(node, [join(root, 'scripts', 'lint.mjs')])) !== 0) faults.push('the static checks failed: see the beginning of the output');
  tally.suites.lint = { files: 0, tests: 0, milliseconds: performance.now() - start };
}

/** The bundles that the tests of the window start; a build that fails leaves nothing to test. */
async function buildWindow() {
  const named = words.filter((word) => /^(\.\/)?test\b/.test(word));
  const isWanted = named.length === 0 || named.some((word) => word.includes('e2e'));
  if (!isWanted || lack.some(({ id }) => id === 'window')) return;
  if ((await runOn(node, [join(root, 'scripts', 'build.mjs'), '--if-needed'])) !== 0) faults.push('the window could not be built');
}

const counted = (/** @type {number} */ count) => `${count} ${count === 1 ? 'test' : 'tests'}`;

/** One line for each thing that is missing: what is skipped without it, and what installs it. */
function sayLacking() {
  for (const { id, purpose, lack: what, install } of lack)
    console.log(`!!! SKIPPED: tests that need ${id} (${purpose}): ${what} here. To run them: ${install}`);
}

/** What passed from the start to now; .ci/run says how long it had been installing before. */
function totalTime() {
  const minutes = (installSeconds + performance.now() / 1000) / 60;
  return `${minutes.toFixed(1)} min in all${has('--gate') ? `; the gate may take ${gateMinutes} min on two cores with nothing else to do` : ''}`;
}

/** Everything that a reader looks for at the end, in the order of how much it matters to him: the last line is what it all came to. */
function sayEnd() {
  if (words.length === 0) console.log(`\n${timeTable(tally, suiteMinutes).join('\n')}\n${totalTime()}\n`);
  const skipped = lack.filter(({ id }) => tally.lacking[id] !== undefined);
  for (const { id, lack: what, install } of skipped) console.log(`!!! ${counted(tally.lacking[id] ?? 0)} SKIPPED for want of ${id} (${what}): ${install}`);
  for (const [note, count] of Object.entries(tally.notes)) console.log(`${counted(count)} skipped: ${note}`);
  if (folders.length === 0) console.log('Only the real dumps of the repository were there: tests that ask for more of them are skipped.');
  else if (!canReadMore) console.log(`The dumps in ${folders.join(', ')} were not used: reading their texts needs xz.`);
  for (const { id } of demanded(skipped)) faults.push(`${id} is required (DUMPBENCH_REQUIRE), and tests that need it were skipped`);
  if (process.env.DUMPBENCH_REQUIRE === 'all' && words.length === 0) for (const name of tally.unexplained) faults.push(`skipped without a reason: ${name}`);
  for (const fault of [...tally.failures, ...faults]) console.log(`FAILED: ${fault}`);
  console.log(closingLine(tally));
}

if (words.length === 0) sayLacking();
await buildWindow();
if (words.length === 0 && !has('--hidden')) await runLint();
if (!has('--hidden')) await runTests(words, canReadMore ? {} : { DUMPBENCH_SHARED_DUMPS: 'none' });
// Without more dumps the first run was this one.
if (has('--hidden') || (has('--gate') && canReadMore)) {
  console.log('\nThe tests that ask for real dumps, with only those of the repository:');
  await runTests(words.length > 0 ? words : testsThatAskForDumps(), { DUMPBENCH_SHARED_DUMPS: 'none', DUMPBENCH_SUITE: 'dumps hidden' });
}
sayEnd();
process.exitCode = tally.failed > 0 || faults.length > 0 ? 1 : 0;
