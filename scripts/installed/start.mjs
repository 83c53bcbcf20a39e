// What `dumpbench open` starts where Dumpbench is installed: the desktop program, or without one the triage in the terminal (scripts/start.mjs is the checkout's).
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findDisplay } from '../display.mjs';
import { runOn } from '../node-runtime.mjs';
import { sampleFiles } from '../sample-files.mjs';
import { absent, desktopProgram, refusal } from './desktop-program.mjs';

const cli = fileURLToPath(new URL('../../main.cjs', import.meta.url));
const words = process.argv.slice(2);
const end = words.indexOf('--');
const flags = words.slice(0, end);
const given = words.slice(end + 1);
const json = flags.includes('--json');

/** With --json standard output holds one document: what is said to people goes elsewhere. */
function say(/** @type {string} */ text) {
  if (flags.includes('--quiet')) return;
  if (json) console.error(`dumpbench: ${text}`);
  else console.log(`dumpbench: ${text}`);
}

/** The program that shows the window, or why there is none. */
async function findWindow() {
  const program = desktopProgram();
  if (program === undefined) return { why: absent };
  const refused = refusal();
  if (refused !== undefined) return { why: refused };
  const display = await findDisplay();
  return display.usable ? { program } : { why: display.reason };
}

/** @param {string} program @param {readonly string[]} files */
function inWindow(program, files) {
  if (json) console.log(JSON.stringify({ schema: 1, window: true, files }));
  const child = spawn(program, ['--', ...files], { stdio: 'inherit' });
  return new Promise((done) => {
    child.on('error', (error) => {
      console.error(`dumpbench: the window could not be started: ${error.message}`);
      done(4);
    });
    child.on('exit', (code) => done(code ?? 0));
  });
}

if (given.length === 0) say('no file given, here are the bundled samples');
const files = given.length > 0 ? given : await sampleFiles(process.execPath, cli);
const { program, why } = await findWindow();
if (program === undefined) {
  say(`${why} The triage is printed here instead.\n`);
  process.exitCode = await runOn(process.execPath, [cli, 'triage', ...flags, '--', ...files]);
} else {
  process.exitCode = await inWindow(program, files);
}
