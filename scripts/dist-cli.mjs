// Packs the command line: node scripts/dist-cli.mjs [--no-build] [TARGET...]   (npm, or OS-CPU as in linux-x64; all of them when none is named)
// Writes dist/dumpbench-cli-VERSION-OS-CPU.tar.gz and dist/dumpbench-VERSION.tgz for npm. From one bundle the archives have the same bytes each time.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { create } from 'tar';
import { layCliPayload, placeBundle } from './cli-payload.mjs';
import { packagesText } from './licences.mjs';
import { runOn } from './node-runtime.mjs';
import { pinnedNodeFor } from './pinned-node.mjs';

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** As the names of the archives have them, and as Node does. */
const targets = { 'linux-x64': 'linux', 'linux-arm64': 'linux', 'macos-x64': 'darwin', 'windows-x64': 'win32' };
const everything = [...Object.keys(targets), 'npm'];

/** Files below a folder in the order of their names, the same on every machine. @param {string} folder @returns {string[]} */
const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();

/** Of every file in an archive: when the sources were committed is not known where they lie without a history. */
const modified = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? 0) * 1000);

/** @param {string} archive @param {string} folder whose name is the first part of all paths */
async function pack(archive, folder) {
  const parent = dirname(folder);
  const paths = filesBelow(folder).map((path) => `${relative(parent, folder)}/${path}`);
  await create({ cwd: parent, file: archive, gzip: { level: 9 }, portable: true, mtime: modified, noDirRecurse: true, strict: true }, paths);
}

/** @param {string} target @param {string} work */
async function packTree(target, work) {
  const platform = targets[/** @type {keyof typeof targets} */ (target)];
  const name = `dumpbench-cli-${manifest.version}-${target}`;
  const { node } = await layCliPayload(join(work, name), { platform, arch: target.split('-')[1] ?? '' });
  cpSync(join(root, 'LICENSE'), join(work, name, 'LICENSE'));
  cpSync(join(root, 'scripts', 'installed', 'README.md'), join(work, name, 'README.md'));
  const archive = join(dist, `${name}.tar.gz`);
  await pack(archive, join(work, name));
  console.log(`${relative(root, archive)}  with Node ${node}`);
}

/** What `npm install -g` takes: the bundle, and of the packages only what is loaded at run time. @param {string} work */
async function packForNpm(work) {
  const folder = join(work, 'npm');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  placeBundle(join(folder, 'out'), process.version.slice(1));
  cpSync(join(root, 'scripts', 'installed', 'dumpbench.mjs'), join(folder, 'bin', 'dumpbench.mjs'));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'LICENSES-packages'), packagesText(root));
  const { name, version, description, license, author, bin, engines, dependencies, optionalDependencies } = manifest;
  const own = { name, version, description, license, author, type: 'module', bin, engines, files: ['bin', 'out', 'LICENSES-packages'] };
  const needed = { dependencies: { 'better-sqlite3': dependencies['better-sqlite3'] }, optionalDependencies };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...own, ...needed }, undefined, 2)}\n`);
  cpSync(join(root, 'scripts', 'installed', 'README.md'), join(folder, 'README.md'));
  await run('npm', ['pack', '--ignore-scripts', '--loglevel=error', `--pack-destination=${work}`], { cwd: folder });
  renameSync(join(work, `${name}-${version}.tgz`), join(dist, `${name}-${version}.tgz`));
  console.log(`dist/${name}-${version}.tgz  for npm install -g`);
}

// Which bytes the same contents are compressed to depends on the version of Node.
const node = await pinnedNodeFor(process.platform, process.arch);
if (node !== undefined && process.version !== `v${node.version}`) {
  process.exit(await runOn(node.executable, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]));
}
const args = process.argv.slice(2);
const named = args.filter((arg) => !arg.startsWith('--'));
for (const name of named) if (!everything.includes(name)) throw new Error(`${name} is none of ${everything.join(', ')}`);
if (!args.includes('--no-build')) await run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--cli'], { cwd: root });
mkdirSync(dist, { recursive: true });
const work = mkdtempSync(join(tmpdir(), 'dumpbench-dist-'));
try {
  for (const name of named.length === 0 ? everything : named) await (name === 'npm' ? packForNpm(work) : packTree(name, work));
} finally {
  rmSync(work, { recursive: true, force: true });
}
