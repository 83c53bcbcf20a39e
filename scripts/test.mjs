// Runs the static checks, then the tests, on the pinned Node. `--all` takes everything instead of seeded samples; further
// words go to vitest (`npm test -- test/oracle`), and the static checks are then left out.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode, runOn } from './node-runtime.mjs';
import { prepareWindow } from './prepare-window.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = pinnedNode();
const given = process.argv.slice(2);
const words = given.filter((word) => word !== '--all');

/** What restores the real dumps and reads their compressed reference texts: command -> Debian package. */
const tools = { python3: 'python3', zstd: 'zstd', xz: 'xz-utils' };

const missingTools = () => Object.keys(tools).filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0);

/** Installs missing tools where that needs no question: as root on Debian. */
function installTools() {
  const missing = missingTools();
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return missing;
  console.log(`installing ${missing.join(', ')} to restore the real dumps`);
  const apt = (...args) =>
    spawnSync('apt-get', ['-q', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...missing.map((tool) => tools[tool]));
  return missingTools();
}

/** The folder with the real dumps, or why there is none. */
function realDumps() {
  const wanted = process.env.DUMPBENCH_SHARED_DUMPS;
  if (wanted === 'none') return { why: 'DUMPBENCH_SHARED_DUMPS is "none"' };
  const folder = resolve(wanted === undefined || wanted === '' ? join(root, '..', 'shared', 'dumps') : wanted);
  if (!existsSync(join(folder, 'unpack.py'))) return { why: `${folder} does not hold them` };
  const missing = installTools();
  return missing.length === 0 ? { folder } : { why: `restoring them needs ${missing.join(', ')}` };
}

const dumps = realDumps();
if (dumps.why !== undefined) console.log(`\n!!! NO REAL DUMPS: every test that needs one is SKIPPED (${dumps.why})\n`);

/** Tests of the window are wanted unless other tests were named. */
const namedTests = words.filter((word) => /^(\.\/)?test\b/.test(word));
const wantsWindow = namedTests.length === 0 || namedTests.some((word) => word.includes('e2e'));
const noWindow = wantsWindow ? await prepareWindow(console.log) : 'not asked for';
if (wantsWindow && noWindow !== undefined) console.log(`\n!!! NO WINDOW: every test that needs one is SKIPPED (${noWindow})\n`);

const lintFailed = words.length === 0 && (await runOn(node, [join(root, 'scripts', 'lint.mjs')])) !== 0;
const env = {
  ...process.env,
  DUMPBENCH_SHARED_DUMPS: dumps.folder ?? 'none',
  ...(noWindow === undefined ? {} : { DUMPBENCH_NO_WINDOW: noWindow }),
  // The reporter says it again at the end, above its closing line.
  ...(lintFailed ? { DUMPBENCH_LINT: 'failed' } : {}),
  ...(given.includes('--all') ? { DUMPBENCH_ALL: '1' } : {}),
};
process.exitCode = await runOn(node, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', root, ...words], env);
if (lintFailed) process.exitCode ||= 1;
