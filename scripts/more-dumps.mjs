// Where more real dumps lie than this repository holds, and which tests ask for real dumps.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tests = join(root, 'test');

/** The module through which every test gets at real dumps. */
const asked = join(tests, 'dumps.ts');

/**
 * The folders next to the checkout, or those that DUMPBENCH_SHARED_DUMPS lists; "none" hides them.
 * @returns {string[]} those that are there
 */
export function moreDumpFolders() {
  const given = process.env.DUMPBENCH_SHARED_DUMPS;
  if (given === 'none') return [];
  const folders =
    given === undefined || given === ''
      ? ['dumps', 'crashes'].map((name) => join(root, '..', 'shared', name))
      : given.split(delimiter).map((folder) => resolve(folder));
  return folders.filter((folder) => existsSync(join(folder, 'files.json')));
}

/** The files that a module names in its imports by a relative path. @param {string} file @returns {string[]} */
const importsOf = (file) =>
  [...readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?'(\.{1,2}\/[^']+)'/g)].map((match) => resolve(dirname(file), String(match[1])));

/**
 * The test files that import test/dumps.ts, directly or through other files of the tests.
 * @returns {string[]} paths from the root of the repository, sorted
 */
export function testsThatAskForDumps() {
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?ts$/.test(name))
    .map((name) => join(tests, name));
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const asking = new Set([asked]);
  for (let size = 0; size < asking.size;) {
    size = asking.size;
    for (const [file, names] of imports) if (names.some((name) => asking.has(name))) asking.add(file);
  }
  return [...asking]
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => file.slice(root.length + 1))
    .sort();
}
