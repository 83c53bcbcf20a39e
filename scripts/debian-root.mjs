// A small Debian 12 in a folder of the cache, on which tests install the package: with what the package depends on, and an ordinary user. Tests use it through
// an overlay and change nothing in it. Packages come from where those of this machine come from.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { takeLock } from './file-lock.mjs';
import { makeFolder } from './make-folder.mjs';
import { debDepends, debRecommends } from './packages/deb.mjs';
import { userCacheFolder } from './user-cache-folder.mjs';

const run = promisify(execFile);
const release = 'bookworm';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Beside the cache of the program, as the dumps of the tests. */
const testCacheFolder = () => path.join(path.dirname(userCacheFolder()), 'dumpbench-test');

/** The ordinary user of it. */
export const rootUser = { name: 'user', uid: 1000, home: '/home/user' };

/** What the package asks for, as Debian 12 calls it, and how a desktop opens files. */
const packages = [...debDepends.map((one) => one.split(/[ |]/)[0] ?? one), ...debRecommends, 'libglib2.0-bin'];
const userHook = `chroot "$1" useradd --create-home --uid ${rootUser.uid} --shell /bin/sh ${rootUser.name}`;
const options = ['--variant=minbase', '--mode=root', '--quiet', '--dpkgopt=force-unsafe-io', `--include=${packages.join(',')}`, `--customize-hook=${userHook}`];

/** The folder's name carries a digest of what goes into it. */
function rootFolder() {
  const digest = createHash('sha256')
    .update([release, ...options].join('\n'))
    .digest('hex')
    .slice(0, 12);
  return path.join(testCacheFolder(), `${release}-${digest}`);
}

/** @returns {string | undefined} path of the root; undefined when it has not been made yet */
export function findDebianRoot() {
  const folder = rootFolder();
  return existsSync(folder) ? folder : undefined;
}

/** Where apt on this machine gets the packages of the release from, as lines of a sources.list. */
async function sources() {
  const format = '$(SITE) $(RELEASE) $(COMPONENT) $(ORIGIN)';
  const { stdout } = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  const lines = stdout.split('\n').flatMap((line) => {
    const [site = '', suite = '', component = '', origin = ''] = line.split(' ');
    return origin === 'Debian' && (suite === release || suite.startsWith(`${release}-`)) ? [`deb ${signed}${site} ${suite} ${component}`] : [];
  });
  return [...new Set(lines)];
}

/**
 * Makes it, if it is not there: some 60 MB are fetched, 400 MB remain.
 * @param {(line: string) => void} log
 * @returns {Promise<string>} path of the root
 */
export async function ensureDebianRoot(log) {
  const folder = rootFolder();
  const lock = await takeLock(path.join(testCacheFolder(), 'debian-root.lock'), () => existsSync(folder));
  try {
    if (existsSync(folder)) return folder;
    if ((await sources()).length === 0) await run('apt-get', ['update']);
    const lines = await sources();
    if (lines.length === 0) throw new Error(`apt on this machine has no source for Debian's ${release}`);
    log(`making a Debian root with ${packages.length} packages in ${folder}`);
    makeFolder(testCacheFolder());
    const work = mkdtempSync(path.join(testCacheFolder(), 'making-'));
    try {
      writeFileSync(path.join(work, 'sources.list'), `${lines.join('\n')}\n`);
      await run('mmdebstrap', [...options, release, path.join(work, 'root'), path.join(work, 'sources.list')], { maxBuffer: 1 << 26 });
      renameSync(path.join(work, 'root'), folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
    return folder;
  } finally {
    lock.release();
  }
}
