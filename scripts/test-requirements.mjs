// What tests need beyond npm's packages. A test names it (`describeNeeding` in test/requirements.ts); where it is missing the test
// is skipped, and the run says so with the line that installs it. A new kind of suite adds one entry here and its id to `RequirementId`.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { ensureDebianRoot, findDebianRoot } from './debian-root.mjs';
import { checkElectronLibraries, packagesFor } from './electron-libraries.mjs';
import { ensureElectron, findElectron } from './electron-runtime.mjs';
import { findProgram, installLine } from './system-packages.mjs';

/** @typedef {'window' | 'confinement' | 'poppler' | 'xz' | 'failing-disk' | 'e2fsprogs' | 'shells' | 'mandoc' | 'readelf' | 'objdump' | 'sha256sum' | 'hashdeep' | 'makedumpfile' | 'libkdumpfile' | 'postgresql' | 'packaging' | 'debian-root' | 'systemd' | 'network-namespaces'} RequirementId */

/**
 * @typedef {object} Requirement
 * @property {RequirementId} id           also the tag of the tests that need it
 * @property {string} purpose             what is tested with it
 * @property {readonly string[]} packages Debian packages that hold it
 * @property {() => Promise<string | undefined> | string | undefined} missing  what of it is not here; undefined: nothing
 * @property {string} install             the line that installs it
 * @property {((log: (line: string) => void) => Promise<unknown>)} [fetch]     gets what is in no package
 */

const setUp = 'npm run test:setup';

/** What of these programs is not here. */
function without(/** @type {readonly string[]} */ ...programs) {
  const absent = programs.filter((program) => findProgram(program) === undefined);
  return absent.length === 0 ? undefined : `no ${absent.join(', ')}`;
}

/**
 * A requirement that is programs of packages.
 * @param {RequirementId} id
 * @param {string} purpose
 * @param {readonly string[]} packages
 * @param {readonly string[]} names
 * @returns {Requirement}
 */
const programs = (id, purpose, packages, ...names) => ({ id, purpose, packages, missing: () => without(...names), install: installLine(packages) });

/** Debian keeps the programs of the server in a folder of their own. */
function hasPostgres() {
  try {
    return readdirSync('/usr/lib/postgresql').some((version) => existsSync(`/usr/lib/postgresql/${version}/bin/initdb`));
  } catch {
    return false;
  }
}

/** Whether the Python of the system's packages has a module. */
function hasModule(/** @type {string} */ name) {
  try {
    execFileSync('/usr/bin/python3', ['-c', `import ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function windowMissing() {
  if (process.platform !== 'linux') return 'a virtual display, which only Linux has';
  try {
    const runtime = findElectron();
    if (runtime === undefined) return 'no Electron runtime';
    const libraries = await checkElectronLibraries(runtime.executable);
    const absent = [...libraries.missing, ...(libraries.hasXvfb ? [] : ['Xvfb'])];
    return absent.length === 0 ? undefined : `no ${absent.join(', ')}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether this process can give a root of its own, with processes and mounts of their own, to what it starts. */
const canMount = () => process.getuid?.() === 0 && spawnSync('unshare', ['--mount', '--pid', '--fork', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

function debianRootMissing() {
  if (process.platform !== 'linux') return 'the mount namespaces of Linux';
  const lack = without('mmdebstrap', 'unshare', 'nsenter', 'objdump');
  if (lack !== undefined) return lack;
  if (!canMount()) return 'the right to mount, which root has outside of most containers';
  return findDebianRoot() === undefined ? 'no Debian root' : undefined;
}

/** @type {readonly Requirement[]} */
export const requirements = [
  {
    id: 'window',
    purpose: 'the window: an Electron runtime (about 200 MB), its libraries, and a virtual display',
    packages: packagesFor() ?? [],
    missing: windowMissing,
    install: setUp,
    fetch: (log) => ensureElectron({ log }),
  },
  programs('confinement', 'the window as an unprivileged user and without a network', ['util-linux', 'python3'], 'setpriv', 'unshare', 'python3'),
  programs('poppler', 'printed reports, page by page', ['poppler-utils'], 'pdfinfo', 'pdftotext', 'pdftoppm'),
  programs('xz', 'packed dumps that are refused, and the reference texts of more dumps', ['xz-utils'], 'xz'),
  {
    ...programs('failing-disk', 'reading from and writing to a disk that fails: a library that is compiled and preloaded', ['gcc', 'libc6-dev'], 'cc'),
    // Only the Linux loader takes a library before all others.
    missing: () => (process.platform === 'linux' ? without('cc') : 'a loader that takes a library before all others, which only Linux has'),
  },
  programs('e2fsprogs', 'the file system of an NGDump partition', ['e2fsprogs'], 'e2fsck', 'debugfs'),
  programs('readelf', 'built ELF vmcores against readelf', ['binutils'], 'readelf'),
  programs(
    'objdump',
    'disassembly of kernels for x86_64 and aarch64 against objdump',
    ['binutils-x86-64-linux-gnu', 'binutils-aarch64-linux-gnu'],
    'x86_64-linux-gnu-objdump',
    'aarch64-linux-gnu-objdump',
  ),
  programs(
    'shells',
    'completion of command lines in real shells, keys typed at a terminal',
    ['bash', 'zsh', 'fish', 'python3'],
    'bash',
    'zsh',
    'fish',
    'python3',
  ),
  programs('mandoc', 'man pages', ['mandoc'], 'mandoc'),
  programs('sha256sum', 'manifests against sha256sum', ['coreutils'], 'sha256sum'),
  programs('hashdeep', 'manifests against hashdeep', ['hashdeep'], 'hashdeep'),
  programs('makedumpfile', 'filter levels and exported dumps against makedumpfile', ['makedumpfile'], 'makedumpfile'),
  {
    ...programs('libkdumpfile', 'exported dumps against libkdumpfile, page by page', ['python3-libkdumpfile'], 'python3'),
    missing: () => without('python3') ?? (hasModule('kdumpfile') ? undefined : 'no module kdumpfile of the Python of this system'),
  },
  {
    ...programs('network-namespaces', 'the workers of a fleet in networks of their own, in a run of everything', ['iproute2', 'util-linux'], 'ip', 'unshare'),
    missing: () =>
      without('ip', 'unshare') ?? (spawnSync('unshare', ['--net', 'true']).status === 0 && process.getuid?.() === 0 ? undefined : 'the right to make networks'),
  },
  programs('systemd', 'the unit of a worker against systemd-analyze', ['systemd'], 'systemd-analyze'),
  {
    ...programs('postgresql', 'fleets on a server: PostgreSQL, which tests start for themselves', ['postgresql', 'util-linux'], 'setpriv', 'psql'),
    missing: () => without('setpriv', 'psql') ?? (findProgram('initdb') !== undefined || hasPostgres() ? undefined : 'no PostgreSQL server'),
  },
  programs(
    'packaging',
    'packages for Linux, and what is in them',
    ['dpkg', 'rpm', 'rpm2cpio', 'cpio', 'squashfs-tools', 'squashfuse', 'fuse3', 'desktop-file-utils', 'shared-mime-info', 'libglib2.0-bin'],
    ...['dpkg-deb', 'rpmbuild', 'rpm', 'rpm2cpio', 'cpio', 'mksquashfs', 'squashfuse', 'fusermount3', 'desktop-file-validate', 'update-mime-database', 'gio'],
  ),
  {
    id: 'debian-root',
    purpose: 'the package installed on Debian 12: a root of its own in the cache folder (about 400 MB), in which it is installed and started',
    packages: ['mmdebstrap', 'util-linux', 'binutils'],
    missing: debianRootMissing,
    install: setUp,
    fetch: ensureDebianRoot,
  },
];

/** A requirement that is not met here. @typedef {Requirement & { readonly lack: string }} Lacking */

/**
 * What is missing here. DUMPBENCH_WITHOUT=window,xz (or "all") makes a machine look as if it had not what it has.
 * @returns {Promise<readonly Lacking[]>}
 */
export async function lacking() {
  const hidden = (process.env.DUMPBENCH_WITHOUT ?? '').split(',');
  const found = await Promise.all(
    requirements.map(async (requirement) => {
      const isHidden = hidden.includes(requirement.id) || hidden.includes('all');
      return { ...requirement, lack: isHidden ? 'DUMPBENCH_WITHOUT hides it' : await requirement.missing() };
    }),
  );
  return found.flatMap((one) => (one.lack === undefined ? [] : [{ ...one, lack: one.lack }]));
}

/**
 * Those that must be there: DUMPBENCH_REQUIRE=all, or a list of ids.
 * @param {readonly Lacking[]} lack
 */
export function demanded(lack) {
  const wanted = (process.env.DUMPBENCH_REQUIRE ?? '').split(',');
  return lack.filter(({ id }) => wanted.includes('all') || wanted.includes(id));
}
