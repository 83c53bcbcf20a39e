// npm start [-- FILE...]: the workbench on the given dumps, or on the bundled samples. Without a display it prints the
// triage in the terminal and says why. `dumpbench open` comes here too; the flags are those of every command.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDisplay } from './display.mjs';
import { checkElectronLibraries } from './electron-libraries.mjs';
import { ensureElectron } from './electron-runtime.mjs';
import { pinnedNode, runOn } from './node-runtime.mjs';
import { sampleFiles } from './sample-files.mjs';

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

/** @param {readonly string[]} files @param {string} why */
async function inTerminal(files, why) {
  say(`${why} The triage is printed here instead.\n`);
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
const files = given.length > 0 ? given : await sampleFiles(node, cli);
const display = await findDisplay();
process.exitCode = display.usable ? await inWindow(files) : await inTerminal(files, display.reason);
