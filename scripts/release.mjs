// Makes a release, step by step: npm run release -- VERSION [--dry-run] [--from STEP] [--branch NAME] [--registry-electron]
// A dry run changes nothing that is kept, and says what it would do: it runs the checks that only look, and builds nothing. What was done is noted in
// dist/release.json, so that a run that was stopped resumes after the last finished step. docs/recipes/release.md says what each step is for.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeReleaseFiles } from './release-files.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const notes = join(dist, 'release.json');
const usage = 'npm run release -- VERSION [--dry-run] [--from STEP] [--branch NAME] [--registry-electron]';

/** Ends with a sentence. @param {string} why @returns {never} */
function refuse(why) {
  console.error(`release: ${why}`);
  process.exit(2);
}

/** A word that is not understood could be one that was to keep a real release from being made. */
function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean', default: false },
        from: { type: 'string' },
        branch: { type: 'string', default: 'main' },
        'registry-electron': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    refuse(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

const { values, positionals } = readArguments();
const { 'dry-run': isDry, from, branch } = values;
const [version = '', ...more] = positionals;
if (values.help) {
  console.log(`${usage}\n\nWhat each step is for: docs/recipes/release.md`);
  process.exit(0);
}
if (!/^\d+\.\d+\.\d+$/.test(version) || more.length > 0) refuse(`name one version, as in npm run release -- 1.2.3 --dry-run\n${usage}`);

/** Whether a version comes before another. @param {string} one @param {string} other */
const isBefore = (one, other) => one.localeCompare(other, 'en', { numeric: true }) < 0;

/** @param {...string} words */
const git = (...words) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();

/** @param {string} program @param {readonly string[]} words */
function run(program, words) {
  console.log(`  $ ${program} ${words.join(' ')}`);
  const { status, error } = spawnSync(program, words, { cwd: root, stdio: 'inherit' });
  if (status !== 0) refuse(`${program} ended with ${error?.message ?? `code ${status}`}; run the same line again to go on from here`);
}

/** @param {string} path */
const read = (path) => readFileSync(join(root, path), 'utf8');

/** @param {string} path @param {(text: string) => string} change */
const edit = (path, change) => writeFileSync(join(root, path), change(read(path)));

const unreleased = () => /^## Unreleased\n(?<entries>[^]*?)(?=^## |(?![^]))/m.exec(read('CHANGELOG.md'))?.groups?.entries?.trim() ?? '';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} does   what a run does, and a dry run would do
 * @property {() => string | undefined | Promise<string | undefined>} [wrong]  looks only: why it cannot be done
 * @property {() => void | Promise<void>} [act]
 */

/** @type {readonly Step[]} */
const steps = [
  {
    name: 'tree',
    does: `the tree has no changes and is ${branch}`,
    wrong: () => {
      const changes = git('status', '--porcelain');
      const current = git('rev-parse', '--abbrev-ref', 'HEAD');
      // The steps that follow change the number and the changelog.
      if (current !== branch) return `this is ${current}, and releases are made of ${branch} (--branch names another)`;
      return changes !== '' && doneSteps().length === 0 ? `there are changes that are not committed:\n${changes}` : undefined;
    },
  },
  {
    name: 'version',
    does: `package.json, package-lock.json and src/analysis/engine/tool.ts say ${version}`,
    wrong: () => {
      if (git('tag', '--list', `v${version}`) !== '') return `v${version} was released already`;
      const current = JSON.parse(read('package.json')).version;
      return isBefore(version, current) ? `the version is ${current} already, and ${version} comes before it` : undefined;
    },
    act: () => {
      run('npm', ['version', version, '--no-git-tag-version', '--allow-same-version', '--ignore-scripts']);
      edit('src/analysis/engine/tool.ts', (text) => text.replace(/toolVersion = '[^']+'/, `toolVersion = '${version}'`));
    },
  },
  {
    name: 'changelog',
    does: `CHANGELOG.md has what is unreleased under ${version}`,
    wrong: () => (unreleased() === '' && !read('CHANGELOG.md').includes(`## ${version} `) ? 'CHANGELOG.md names nothing under "Unreleased"' : undefined),
    act: () => edit('CHANGELOG.md', (text) => text.replace(/^## Unreleased\n/m, `## Unreleased\n\n## ${version} - ${new Date().toISOString().slice(0, 10)}\n`)),
  },
  { name: 'checks', does: 'everything is checked and tested, and nothing skipped (.ci/run)', act: () => run(join(root, '.ci', 'run'), []) },
  { name: 'build', does: 'the window and the command line are bundled', act: () => run('npm', ['run', 'build']) },
  {
    name: 'artefacts',
    does: 'packages for desktops, archives of the command line and the npm package are made in dist/',
    wrong: async () => {
      if (values['registry-electron']) return undefined;
      const { findElectron } = await import('./electron-runtime.mjs');
      const electron = findElectron();
      if (electron?.source !== 'registry') return undefined;
      return `the packages would carry Electron ${electron.version}, which is for tests: install Electron's own binary, or say --registry-electron`;
    },
    act: () => {
      run('npm', ['run', 'dist', '--', '--no-build']);
      run('npm', ['run', 'dist:cli', '--', '--no-build']);
    },
  },
  { name: 'files', does: 'dist/SHA256SUMS and dist/dumpbench.cdx.json (CycloneDX) are written', act: () => writeReleaseFiles(dist) },
  {
    name: 'tag',
    does: `the changes are committed and tagged v${version}; pushing and publishing are left to you`,
    act: () => {
      run('git', ['commit', '--all', '--allow-empty', '--message', `Version ${version}`]);
      run('git', ['tag', '--annotate', `v${version}`, '--message', `Version ${version}`]);
    },
  },
];

/** Names of the steps that are finished, of this version. @returns {readonly string[]} */
function doneSteps() {
  if (!existsSync(notes)) return [];
  const noted = JSON.parse(readFileSync(notes, 'utf8'));
  return noted.version === version ? noted.done : [];
}

if (from !== undefined && !steps.some(({ name }) => name === from)) refuse(`--from: ${from} is none of ${steps.map(({ name }) => name).join(', ')}`);
const done =
  from === undefined
    ? doneSteps()
    : steps
        .slice(
          0,
          steps.findIndex(({ name }) => name === from),
        )
        .map(({ name }) => name);
const wrong = [];
for (const { name, does, wrong: look, act } of steps) {
  const why = await look?.();
  if (why !== undefined && !isDry) refuse(`${name}: ${why}`);
  if (why !== undefined) wrong.push(`${name}: ${why}`);
  const isDone = done.includes(name);
  console.log(`${isDry ? (isDone ? 'was done' : 'would do') : isDone ? 'was done' : 'now'}  ${name}: ${does}`);
  if (isDry || isDone) continue;
  await act?.();
  mkdirSync(dist, { recursive: true });
  writeFileSync(notes, `${JSON.stringify({ version, done: [...doneSteps(), name] })}\n`);
}
if (!isDry) rmSync(notes, { force: true });
else if (wrong.length > 0) refuse(`it would be refused:\n${wrong.join('\n')}`);
