// Which shared libraries Electron misses on this machine, and which packages hold them.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram, installLine, isDebianLike, readOsRelease } from './system-packages.mjs';

const run = promisify(execFile);

/** What Electron needs on a bare Debian 12, without what those packages merely recommend; and a virtual display for tests. */
const debianPackages = ['xvfb', 'xauth', 'libgtk-3-0', 'libnss3', 'libgbm1', 'libasound2', 'libx11-xcb1'];
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
 * @returns {Promise<ElectronLibraries>}
 */
export async function checkElectronLibraries(executable) {
  if (process.platform !== 'linux') return { complete: true, missing: [], hasXvfb: false, advice: undefined };
  const missing = await missingLibraries(executable);
  const hasXvfb = findProgram('Xvfb') !== undefined;
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
  const how = packages === undefined ? 'install GTK 3, NSS, libgbm, ALSA and Xvfb with the package manager of this system' : installLine(packages);
  return `Electron misses ${needs.join(', ')}: ${how}`;
}

/**
 * The packages to install, or undefined on a system that does not use Debian's.
 * @param {Record<string, string>} [system]  /etc/os-release
 * @returns {string[] | undefined}
 */
export function packagesFor(system = readOsRelease()) {
  if (!isDebianLike(system)) return undefined;
  const isUbuntu = [system.ID, ...(system.ID_LIKE ?? '').split(' ')].includes('ubuntu');
  const release = Number.parseFloat(system.VERSION_ID ?? 'Infinity'); // Debian's testing has no number
  const hasTime64 = release >= (isUbuntu ? 24.04 : 13);
  return debianPackages.map((name) => (hasTime64 && renamedForTime64.has(name) ? `${name}t64` : name));
}
