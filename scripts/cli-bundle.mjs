// The command line as people run it, in out/cli: where it starts (scripts/cli-start.cjs), and its modules in a few scripts with the code that V8 made of them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { minifySync } from 'vite';
import { lazyScript } from './lazy-modules.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** @typedef {import('./lazy-modules.mjs').Chunk} Chunk */

/**
 * What is run when the bundle is built: functions that these commands call are there compiled afterwards. Modules that a line of commands is the first to
 * load go into a script of their own, what none of them loads into the last.
 * @param {readonly string[]} dumps the samples, and a compressed one
 * @returns {readonly (readonly (readonly string[])[])[]}
 */
const commandLines = ([healthy = '', damaged = '', compressed = '']) => [
  [['--version'], ['info', '--help']],
  [['--help']],
  [
    ...[healthy, damaged, compressed].flatMap((dump) => [
      ['info', dump],
      ['info', dump, '--json'],
    ]),
  ],
  [
    ...[healthy, damaged, compressed].flatMap((dump) => [
      ['triage', dump],
      ['triage', dump, '--json'],
    ]),
  ],
  [
    ['index', compressed],
    ['index', healthy, '--digest'],
    ['read', healthy, '0x0', '64'],
    ['regions', compressed],
  ],
  [
    ['verify', '--quick', healthy],
    ['cpus', healthy],
    ['notes', compressed],
    ['dmesg', healthy],
    ['tasks', healthy],
    ['modules', healthy],
    ['symbols', healthy],
    ['backtrace', healthy],
    ['search', healthy, 'text:Linux'],
    ['compare', healthy, compressed],
  ],
];

/** ASCII can be read faster, and V8 keeps it in half the memory. @param {string} text */
const ascii = (text) => text.replace(/[^\0-\x7f]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Small, with all names: they are in the stack traces that people send. @param {string} name @param {string} code */
function small(name, code) {
  // As a value that somebody takes: it would go otherwise.
  const taken = 'module.exports=';
  const { code: made, errors } = minifySync(name, taken + code, { module: false, mangle: false, compress: true, codegen: { removeWhitespace: true } });
  if (errors.length > 0) throw new Error(`${name}: ${errors[0]?.message}`);
  if (!made.startsWith(taken)) throw new Error(`${name}: not minified as expected: ${made.slice(0, 80)}`);
  return `(${ascii(made.slice(taken.length).replace(/;\s*$/, ''))})`;
}

/**
 * Writes the scripts.
 * @param {string} out folder
 * @param {readonly (readonly Chunk[])[]} parts
 * @param {string} entry
 */
function writeParts(out, parts, entry) {
  const numbers = new Map(parts.flat().map(({ fileName }, number) => [fileName, number]));
  const firsts = parts.map((_, index) => parts.slice(0, index).reduce((sum, { length }) => sum + length, 0));
  const sums = parts.map((chunks, index) => {
    const script = Buffer.from(small(`part-${index}.js`, lazyScript(chunks, numbers)));
    writeFileSync(join(out, `part-${index}.js`), script);
    return crc32(script);
  });
  const start = readFileSync(join(here, 'cli-start.cjs'), 'utf8');
  writeFileSync(
    join(out, 'main.cjs'),
    start
      .replace('/* FIRSTS */', firsts.join(', '))
      .replace('0; /* ENTRY */', `${numbers.get(entry)};`)
      .replace('/* SUMS */', sums.join(', ')),
  );
}

/**
 * @param {string} out folder that holds the threads and what is loaded from next to them
 * @param {readonly Chunk[]} chunks all modules
 * @param {string} entry file name of the one that runs
 */
export async function writeCli(out, chunks, entry) {
  const scratch = mkdtempSync(join(tmpdir(), 'dumpbench-build-'));
  try {
    const { bundledSamples } = await import('../src/samples/bundled.ts');
    const { buildCase } = await import('../src/samples/case-text.ts');
    const compressed = { name: 'compressed.kdump', bytes: buildCase('system healthy state=disabled-wait\nformat kdump-compressed codec=zlib\n') };
    const dumps = [...bundledSamples(), compressed].map(({ name, bytes }) => {
      writeFileSync(join(scratch, name), bytes);
      return join(scratch, name);
    });
    const lines = commandLines([
      dumps.find((path) => path.includes('healthy')) ?? '',
      dumps.find((path) => path.includes('damaged')) ?? '',
      dumps.at(-1) ?? '',
    ]);
    /** @param {readonly string[]} options */
    const train = (...options) => {
      const done = spawnSync(process.execPath, [join(here, 'cli-code.cjs'), join(out, 'main.cjs'), scratch, ...options], {
        input: JSON.stringify(lines.flat()),
        stdio: ['pipe', 'ignore', 'pipe'],
        env: { ...process.env, XDG_CACHE_HOME: join(scratch, 'cache') },
      });
      if (done.status !== 0) throw new Error(`the bundled command line does not run: ${String(done.stderr).slice(-2000)}`);
      /** @type {readonly (readonly number[])[]} */
      const loaded = JSON.parse(readFileSync(join(scratch, 'order.json'), 'utf8'));
      return loaded;
    };
    writeParts(out, [chunks], entry);
    const loaded = train();
    let done = 0;
    const numbers = lines.map(({ length }) => loaded.slice(done, (done += length)).flat());
    const known = new Set(numbers.flat());
    const rest = chunks.filter((_, number) => !known.has(number));
    writeParts(out, [...numbers.map((some) => some.flatMap((number) => chunks[number] ?? [])), rest], entry);
    train('--code');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
