// Which shared libraries Electron misses on this machine, and how to get them.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What Electron needs on a bare Debian 12, without what those packages merely recommend. */
const debianPackages = ['xvfb', 'xauth', 'libgtk-3-0', 'libnss3', 'libgbm1', 'libasound2'];
/** Since Debian 13 and Ubuntu 24.04 these carry the mark of the 64-bit time_t. */
const renamedForTime64 = new Set(['libgtk-3-0', 'libasound2']);

/**
 * @typedef {object} ElectronLibraries
 * @property {boolean} complete  the executable finds every library
 * @property {string[]} missing  file names, such as "libgtk-3.so.0"
 * @property {boolean} hasXvfb   a virtual display can be started for tests
 * @property {string | undefined} advice  one line on what is missing and how to get it; undefined when nothing is
 */

/**
 * Looks for the shared libraries that an Electron executable needs (Linux; elsewhere Electron brings everything).
 * @param {string} executable
 * @param {{ install?: boolean, log?: (line: string) => void }} [options]
 *   `install`: as root on Debian or a relative of it, install what is missing
 * @returns {Promise<ElectronLibraries>}
 */
export async function checkElectronLibraries(executable, { install = false, log = console.error } = {}) {
  if (process.platform !== 'linux') return { complete: true, missing: [], hasXvfb: false, advice: undefined };

  const before = await look(executable);
  if (!install || before.advice === undefined) return before;
  const packages = packagesFor(readOsRelease());
  if (packages === undefined || process.getuid?.() !== 0) return before;

  log(`Installing ${packages.join(' ')} ...`);
  await apt(['update']);
  await apt(['install', '--yes', '--no-install-recommends', ...packages]);
  return look(executable);
}

/**
 * @param {string} executable
 * @returns {Promise<ElectronLibraries>}
 */
async function look(executable) {
  const missing = await missingLibraries(executable);
  const hasXvfb = isOnPath('Xvfb');
  return { complete: missing.length === 0, missing, hasXvfb, advice: advise(missing, hasXvfb) };
}

/** The libraries that the loader does not find, by ldd's "NAME => not found". */
async function missingLibraries(/** @type {string} */ executable) {
  const { stdout } = await run('ldd', [executable], { env: { ...process.env, LC_ALL: 'C' } });
  return [...stdout.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => String(match[1]));
}

/** @returns {string | undefined} */
function advise(/** @type {string[]} */ missing, /** @type {boolean} */ hasXvfb) {
  const needs = [...missing, ...(hasXvfb ? [] : ['Xvfb (only for tests)'])];
  if (needs.length === 0) return undefined;
  const packages = packagesFor(readOsRelease());
  const how =
    packages === undefined
      ? 'install GTK 3, NSS, libgbm, ALSA and Xvfb with the package manager of this system'
      : `apt-get install --no-install-recommends ${packages.join(' ')}`;
  return `Electron misses ${needs.join(', ')}: ${how}`;
}

/**
 * The packages to install, or undefined on a system that does not use Debian's.
 * @param {Record<string, string>} system  /etc/os-release
 * @returns {string[] | undefined}
 */
export function packagesFor(system) {
  const family = [system.ID, ...(system.ID_LIKE ?? '').split(' ')];
  if (!family.includes('debian') && !family.includes('ubuntu')) return undefined;
  const release = Number.parseFloat(system.VERSION_ID ?? 'Infinity'); // Debian's testing has no number
  const hasTime64 = release >= (family.includes('ubuntu') ? 24.04 : 13);
  return debianPackages.map((name) => (hasTime64 && renamedForTime64.has(name) ? `${name}t64` : name));
}

/** @returns {Record<string, string>} */
function readOsRelease() {
  try {
    const lines = fs.readFileSync('/etc/os-release', 'utf8').matchAll(/^([A-Z_]+)="?(.*?)"?$/gm);
    return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
  } catch {
    return {};
  }
}

function isOnPath(/** @type {string} */ program) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => fs.existsSync(path.join(folder, program)));
}

/** Runs apt-get with its output shown; rejects when it fails. */
function apt(/** @type {string[]} */ args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
    const child = spawn('apt-get', ['--quiet', ...args], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`apt-get ${args[0]} failed with code ${code}`));
    });
  });
}
