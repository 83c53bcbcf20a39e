// The packages of the system: whether their programs are there, what installs them, and doing it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Where programs are looked for besides PATH: those for the administrator are not on everybody's. */
const systemFolders = ['/usr/sbin', '/sbin'];

/**
 * Path of a program.
 * @param {string} program
 * @returns {string | undefined}
 */
export function findProgram(program) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...systemFolders];
  return folders.map((folder) => path.join(folder, program)).find((file) => fs.existsSync(file));
}

/**
 * What /etc/os-release says about this system; empty if there is no such file.
 * @returns {Record<string, string>}
 */
export function readOsRelease() {
  try {
    const lines = fs.readFileSync('/etc/os-release', 'utf8').matchAll(/^([A-Z_]+)="?(.*?)"?$/gm);
    return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
  } catch {
    return {};
  }
}

/**
 * Whether a system takes the packages of Debian.
 * @param {Record<string, string>} [system]  /etc/os-release
 * @returns {boolean}
 */
export function isDebianLike(system = readOsRelease()) {
  return [system.ID, ...(system.ID_LIKE ?? '').split(' ')].some((name) => name === 'debian' || name === 'ubuntu');
}

/** Whether packages can be installed without a question: as root on Debian or a relative of it. */
export const canInstallPackages = () => isDebianLike() && process.getuid?.() === 0;

/**
 * The line that installs packages.
 * @param {readonly string[]} packages
 */
export const installLine = (packages) => `apt-get install --no-install-recommends ${packages.join(' ')}`;

/**
 * Installs packages with apt-get; its output is shown only when it fails.
 * @param {readonly string[]} packages
 * @throws {Error} with the last lines of its output
 */
export async function installPackages(packages) {
  await apt(['update']);
  await apt(['install', '--yes', '--no-install-recommends', ...packages]);
}

/** @returns {Promise<void>} */
function apt(/** @type {readonly string[]} */ args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return new Promise((resolve, reject) => {
    const child = spawn('apt-get', ['--quiet', '-o', 'Acquire::Retries=3', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const keep = (/** @type {Buffer} */ text) => (said = `${said}${text}`.slice(-4000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`apt-get ${args[0]} failed with code ${code}:\n${said.trim()}`));
    });
  });
}
