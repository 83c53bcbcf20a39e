// npm start [-- FILE...]: the workbench on the given dumps, or on the bundled samples. Without a display it prints the
// same triage in the terminal and says so.
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode, runOn } from './node-runtime.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = pinnedNode();
const cli = join(root, 'src/cli/main.ts');

/** Where the samples are written: never into the checkout. */
function cacheFolder() {
  const base =
    process.env.XDG_CACHE_HOME ?? process.env.LOCALAPPDATA ?? (process.platform === 'darwin' ? join(homedir(), 'Library/Caches') : join(homedir(), '.cache'));
  return join(base, 'dumpbench', 'samples');
}

async function sampleFiles() {
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const code = await runOn(node, [cli, 'sample', folder, '--quiet']);
  if (code !== 0) process.exit(code);
  return ['sample-healthy.vmcore', 'sample-damaged.s390'].map((name) => join(folder, name));
}

const given = process.argv.slice(2);
if (given.length === 0) console.log('dumpbench: no file given, here are the bundled samples');
const files = given.length > 0 ? given : await sampleFiles();
console.log('dumpbench: the window is not part of this version yet, so this is the triage in the terminal\n');
process.exitCode = await runOn(node, [cli, 'triage', ...files]);
