// The pinned Node of any platform, for packages: of this checkout, or fetched by the npm client with the digest that package-lock.json has.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeFolder } from './make-folder.mjs';
import { userCacheFolder } from './user-cache-folder.mjs';

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The packages call Windows by another name than Node does. @param {string} platform @param {string} arch */
const packageName = (platform, arch) => `node-${platform === 'win32' ? 'win' : platform}-${arch}`;

/** Of the executable in its package. @param {string} platform */
const executableIn = (platform) => join('bin', platform === 'win32' ? 'node.exe' : 'node');

/** @typedef {{ readonly name: string, readonly version: string, readonly integrity: string }} Pinned */
/** @typedef {{ readonly version: string, readonly executable: string, readonly licence: string }} PinnedNode paths of files */

/** @param {string} platform @param {string} arch @returns {Pinned | undefined} */
function pinnedPackage(platform, arch) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const name = packageName(platform, arch);
  const entry = lock.packages[`node_modules/${name}`];
  return entry === undefined ? undefined : { name, version: entry.version, integrity: entry.integrity };
}

/** @param {Pinned} pinned @param {string} folder that will hold it @param {(line: string) => void} log */
async function fetchInto({ name, version, integrity }, folder, log) {
  makeFolder(dirname(folder));
  const work = mkdtempSync(join(dirname(folder), `fetching-${process.pid}-`));
  try {
    log(`Fetching ${name}@${version} ...`);
    await run('npm', ['pack', `${name}@${version}`, '--ignore-scripts', '--prefer-offline', '--loglevel=error', `--pack-destination=${work}`], { cwd: work });
    const tarball = readdirSync(work).find((file) => file.endsWith('.tgz')) ?? '';
    const found = `sha512-${createHash('sha512')
      .update(readFileSync(join(work, tarball)))
      .digest('base64')}`;
    if (found !== integrity) throw new Error(`${name}@${version} is not what package-lock.json pins: ${found}, not ${integrity}`);
    await run('tar', ['-xzf', tarball], { cwd: work });
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(work, 'package'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The package for Windows brings no text of Node's licence; that of another platform is the same for the same version. @param {Pinned} pinned @param {string} folder */
function licenceOf({ name, version }, folder) {
  const here = join(root, 'node_modules', packageName(process.platform, process.arch));
  const isSame = existsSync(here) && JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).version === version;
  const found = [join(folder, 'LICENSE'), ...(isSame ? [join(here, 'LICENSE')] : [])].find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name}@${version} brings no licence text`);
  return found;
}

/**
 * @param {string} platform as Node names it
 * @param {string} arch
 * @param {(line: string) => void} [log]
 * @returns {Promise<PinnedNode | undefined>} undefined where package-lock.json pins none for it
 */
export async function pinnedNodeFor(platform, arch, log = console.log) {
  const pinned = pinnedPackage(platform, arch);
  if (pinned === undefined) return undefined;
  const installed = join(root, 'node_modules', pinned.name);
  const cached = join(userCacheFolder(), `${pinned.name}-${pinned.version}`);
  const folder = existsSync(join(installed, executableIn(platform))) ? installed : cached;
  if (!existsSync(join(folder, executableIn(platform)))) await fetchInto(pinned, cached, log);
  return { version: pinned.version, executable: join(folder, executableIn(platform)), licence: licenceOf(pinned, folder) };
}
