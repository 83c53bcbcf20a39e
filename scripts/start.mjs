// npm start [-- FILE...]: the workbench on the given dumps, or on the bundled samples. Without a display it prints the
// same triage in the terminal and says so. `dumpbench open` comes here too; the flags are those of every command.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDisplay } from './display.mjs';
import { checkElectronLibraries } from './electron-libraries.mjs';
import { ensureElectron, userCacheFolder } from './electron-runtime.mjs';
import { makeFolder } from './make-folder.mjs';
import { pinnedNode, runOn } from './node-runtime.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = pinnedNode();
const cli = join(root, 'src/cli/main.ts');
const words = process.argv.slice(2);
const flags = words.filter((word) => ['--json', '--quiet', '--no-color'].includes(word));
const json = flags.includes('--json');
/** With --json standard output holds one document: what is said to people goes elsewhere. */
function say(/** @type {string} */ text) {
  if (flags.includes('--quiet')) return;
  if (json) console.error(`dumpbench: ${text}`);
  else console.log(`dumpbench: ${text}`);
}

const sampleNames = ['sample-damaged.s390', 'sample-healthy.vmcore'];

/** @param {string} folder @param {'inherit' | 'ignore'} stdio */
const writeSamples = (folder, stdio) => runOn(node, [cli, 'sample', folder, '--quiet'], process.env, stdio);

/** The samples in the cache folder. @throws {Error} of the operating system */
async function cachedSamples() {
  const folder = join(userCacheFolder(), 'samples');
  const paths = sampleNames.map((name) => join(folder, name));
  makeFolder(folder, 0o700);
  if ((await writeSamples(folder, 'ignore')) === 0) return paths;
  // Those of another version, which no command replaces: a dump is a dump.
  for (const path of paths) rmSync(path, { force: true });
  if ((await writeSamples(folder, 'ignore')) !== 0) throw new Error(`the samples cannot be written to ${folder}`);
  return paths;
}

/** The samples as files: nothing is written into the checkout, and without a cache folder they do not stay. */
async function sampleFiles() {
  try {
    return await cachedSamples();
  } catch {
    const folder = mkdtempSync(join(tmpdir(), 'dumpbench-samples-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const code = await writeSamples(folder, 'inherit');
    if (code !== 0) process.exit(code);
    return sampleNames.map((name) => join(folder, name));
  }
}

/** @param {readonly string[]} files @param {string} why */
async function inTerminal(files, why) {
  say(`${why} Here is the same triage in the terminal.\n`);
  return runOn(node, [cli, 'triage', ...flags, '--', ...files]);
}

/** @param {readonly string[]} files */
async function inWindow(files) {
  let runtime;
  try {
    runtime = await ensureElectron({ log: say });
  } catch (error) {
    return inTerminal(files, error instanceof Error ? error.message : String(error));
  }
  const libraries = await checkElectronLibraries(runtime.executable);
  if (!libraries.complete) return inTerminal(files, libraries.advice ?? `the window lacks ${libraries.missing.join(', ')}`);
  const built = await runOn(node, [join(root, 'scripts/build.mjs'), '--if-needed']);
  if (built !== 0) return built;
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const args = [root, ...(asRoot ? ['--no-sandbox'] : []), '--', ...files];
  if (json) console.log(JSON.stringify({ schema: 1, window: true, files }));
  const child = spawn(runtime.executable, args, { stdio: 'inherit', env: { ...process.env, DUMPBENCH_NODE: node } });
  return new Promise((done) => {
    child.on('error', (error) => {
      console.error(`dumpbench: the window could not be started: ${error.message}`);
      done(4);
    });
    child.on('exit', (code) => done(code ?? 0));
  });
}

const given = words.filter((word) => !flags.includes(word) && word !== '--');
if (given.length === 0) say('no file given, here are the bundled samples');
const files = given.length > 0 ? given : await sampleFiles();
const display = await findDisplay();
process.exitCode = display.usable ? await inWindow(files) : await inTerminal(files, display.reason);
