// Runs the static checks, then the tests, on the pinned Node. `--all` takes everything instead of seeded samples; further
// words go to vitest (`npm test -- test/oracle`), and the static checks are then left out.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode, runOn } from './node-runtime.mjs';
import { prepareWindow } from './prepare-window.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = pinnedNode();
const given = process.argv.slice(2);
const words = given.filter((word) => word !== '--all');

/** What reads the packed reference texts of more real dumps than the repository's: command -> Debian package. */
const tools = { xz: 'xz-utils' };

const missingTools = () => Object.keys(tools).filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0);

/** Installs missing tools where that needs no question: as root on Debian. */
function installTools() {
  const missing = missingTools();
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return missing;
  console.log(`installing ${missing.join(', ')} to read the texts of more real dumps`);
  const apt = (...args) =>
    spawnSync('apt-get', ['-q', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...missing.map((tool) => tools[tool]));
  return missingTools();
}

/** Why only the repository's real dumps are used; undefined: there are more next to the checkout (test/dump-folders.ts). */
function noMoreDumps() {
  const wanted = process.env.DUMPBENCH_SHARED_DUMPS;
  if (wanted === 'none') return 'DUMPBENCH_SHARED_DUMPS is "none"';
  const folders = wanted === undefined || wanted === '' ? ['dumps', 'crashes'].map((name) => join(root, '..', 'shared', name)) : wanted.split(delimiter);
  if (!folders.some((folder) => existsSync(join(folder, 'files.json')))) return `none in ${folders.join(', ')}`;
  const missing = installTools();
  return missing.length === 0 ? undefined : `their texts need ${missing.join(', ')}`;
}

const noMore = noMoreDumps();
if (noMore !== undefined) console.log(`\n!!! ONLY THE REPOSITORY'S REAL DUMPS: every test that needs another one is SKIPPED (${noMore})\n`);

/** Tests of the window are wanted unless other tests were named. */
const namedTests = words.filter((word) => /^(\.\/)?test\b/.test(word));
const wantsWindow = namedTests.length === 0 || namedTests.some((word) => word.includes('e2e'));
const noWindow = wantsWindow ? await prepareWindow(console.log) : 'not asked for';
if (wantsWindow && noWindow !== undefined) console.log(`\n!!! NO WINDOW: every test that needs one is SKIPPED (${noWindow})\n`);

const lintFailed = words.length === 0 && (await runOn(node, [join(root, 'scripts', 'lint.mjs')])) !== 0;
const env = {
  ...process.env,
  ...(noMore === undefined ? {} : { DUMPBENCH_SHARED_DUMPS: 'none' }),
  ...(noWindow === undefined ? {} : { DUMPBENCH_NO_WINDOW: noWindow }),
  // The reporter says it again at the end, above its closing line.
  ...(lintFailed ? { DUMPBENCH_LINT: 'failed' } : {}),
  ...(given.includes('--all') ? { DUMPBENCH_ALL: '1' } : {}),
};
process.exitCode = await runOn(node, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', root, ...words], env);
if (lintFailed) process.exitCode ||= 1;
