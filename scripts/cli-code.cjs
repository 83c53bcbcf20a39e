// Runs the bundled command line on sample dumps, one command after another in this process, for scripts/cli-bundle.mjs:
//   node scripts/cli-code.cjs MAIN FOLDER       (commands as JSON on standard input: [["info", "a.dump"], …])
// Writes FOLDER/order.json, numbers of modules as the commands loaded them, one list for each command; with --code, what V8 compiled so far of each script,
// as the file that scripts/cli-start.cjs reads.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const v8 = require('node:v8');
const { crc32 } = require('node:zlib');

const [main, folder] = process.argv.slice(2);
const keepsCode = process.argv.includes('--code');
const commands = JSON.parse(readFileSync(0, 'utf8'));

// Code that was not used for a while would be gone at the end.
v8.setFlagsFromString('--no-flush-bytecode');
const build = {};
globalThis.dumpbenchBuild = build;
require(main);

const order = [];
const seen = new Set();
function note() {
  const fresh = Object.keys(build.loaded)
    .map(Number)
    .filter((number) => !seen.has(number));
  for (const number of fresh) seen.add(number);
  order.push(fresh);
}

function finish() {
  writeFileSync(join(folder, 'order.json'), JSON.stringify(order));
  if (!keepsCode) return;
  v8.setFlagsFromString('--flush-bytecode');
  for (const [index, script] of build.scripts.entries()) {
    // V8 takes code only where its flags are as they were when it was made: src/cli/young-generation.ts changes one, after the first script was opened.
    v8.setFlagsFromString(`--semi-space-growth-factor=${index === 0 ? 2 : 1}`);
    const code = script.createCachedData();
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(code, crc32(readFileSync(join(dirname(main), `part-${index}.js`)))));
    writeFileSync(join(dirname(main), `part-${index}.code`), Buffer.concat([sum, code]));
  }
}

let next = 0;
process.on('beforeExit', () => {
  if (next > 0) {
    note();
    if ((process.exitCode ?? 0) > 1) throw new Error(`${commands[next - 1].join(' ')} ended with code ${process.exitCode}`);
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
  if (next === commands.length) {
    finish();
    process.exit(0);
  }
  process.argv = [process.execPath, main, ...commands[next]];
  next += 1;
  build.start();
  // Keeps the process going until the command has begun to wait for something.
  setTimeout(() => undefined, 1);
});
