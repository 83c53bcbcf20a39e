// Lays out the command line as it is installed: a tree that may lie anywhere, with the Node that runs it and all that it loads.
//   bin/dumpbench                    starts it
//   lib/dumpbench/node               the pinned Node
//   lib/dumpbench/out/cli            the bundle of scripts/build.mjs, with its threads and what lies next to it
//   lib/dumpbench/node_modules       what cannot be bundled: SQLite
//   lib/dumpbench/SHA256SUMS         of all files in lib/dumpbench
//   share/man, share/bash-completion, share/zsh, share/fish, share/doc/dumpbench
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliSources, cliStamp, isCurrent } from './bundle-age.mjs';
import { writeInstallationList } from './installation-list.mjs';
import { packagesText } from './licences.mjs';
import { pinnedNodeFor } from './pinned-node.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} from @param {string} to @param {number} [mode] */
function place(from, to, mode = 0o644) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}

/** The bundle; V8's code of it only where the Node that is packed is the one that made it. @param {string} to @param {string | undefined} nodeVersion of this machine's kind */
export function placeBundle(to, nodeVersion) {
  const out = join(root, 'out');
  const takesCode = `v${nodeVersion}` === readFileSync(join(out, cliStamp), 'utf8');
  place(join(out, 'package.json'), join(to, 'package.json'));
  cpSync(join(out, 'cli'), join(to, 'cli'), {
    recursive: true,
    filter: (path) => !path.endsWith('.map') && path !== join(out, 'cli', 'share') && path !== join(out, cliStamp) && (takesCode || !path.endsWith('.code')),
  });
  chmodSync(join(to, 'cli', 'capstone.wasm'), 0o644);
}

/** @param {string} to node_modules @param {string} target as its prebuilt binaries are called */
function placeSqlite(to, target) {
  const from = join(root, 'node_modules', 'better-sqlite3');
  const binary = join('prebuilds', `${target}.node`);
  if (!existsSync(join(from, binary))) throw new Error(`better-sqlite3 has no binary for ${target}`);
  for (const name of ['package.json', 'LICENSE', binary]) place(join(from, name), join(to, 'better-sqlite3', name));
  cpSync(join(from, 'lib'), join(to, 'better-sqlite3', 'lib'), { recursive: true });
}

/**
 * Lays the tree. The command line must have been bundled: `node scripts/build.mjs --cli`.
 * @param {string} folder that becomes the root of the tree, such as the usr of a package; other files in it stay
 * @param {{ platform: string, arch: string, desktop?: string }} target
 *   `platform` and `arch` as Node names them; `desktop`: the executable of the desktop program where it is installed too, absolute or seen from lib/dumpbench
 * @returns {Promise<{ node: string }>} version of the Node in it
 * @throws {Error} where there is no bundle, no pinned Node, or no binary of SQLite for the target
 */
export async function layCliPayload(folder, { platform, arch, desktop }) {
  if (!isCurrent(cliStamp, cliSources)) throw new Error('out/cli is older than its sources: run node scripts/build.mjs --cli');
  const node = await pinnedNodeFor(platform, arch);
  if (node === undefined) throw new Error(`package-lock.json pins no Node for ${platform}-${arch}`);
  const program = join(folder, 'lib', 'dumpbench');
  const isWindows = platform === 'win32';
  place(join(root, 'scripts', 'installed', isWindows ? 'dumpbench.cmd' : 'dumpbench'), join(folder, 'bin', isWindows ? 'dumpbench.cmd' : 'dumpbench'), 0o755);
  place(node.executable, join(program, isWindows ? 'node.exe' : 'node'), 0o755);
  placeBundle(join(program, 'out'), platform === process.platform && arch === process.arch ? node.version : undefined);
  placeSqlite(join(program, 'node_modules'), `${platform}-${arch}`);
  if (desktop !== undefined) writeFileSync(join(program, 'desktop-program'), `${desktop}\n`);
  writeInstallationList(program);
  const documents = join(folder, 'share', 'doc', 'dumpbench');
  cpSync(join(root, 'out', 'cli', 'share'), join(folder, 'share'), { recursive: true });
  place(join(root, 'LICENSE'), join(documents, 'LICENSE'));
  place(node.licence, join(documents, 'LICENSE-node'));
  place(join(root, 'scripts', 'installed', 'README.md'), join(documents, 'README.md'));
  writeFileSync(join(documents, 'LICENSES-packages'), packagesText(root));
  return { node: node.version };
}
