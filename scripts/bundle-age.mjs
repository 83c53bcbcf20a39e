// Tells whether a bundle in out/ is newer than everything that it was made of.
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Besides the sources: how it is bundled, and which packages go in. */
const recipe = [
  ...['build.mjs', 'cli-bundle.mjs', 'cli-code.cjs', 'cli-start.cjs', 'fleet-drivers.mjs', 'lazy-modules.mjs', 'licences.mjs', 'man-pages.ts'].map(
    (name) => `scripts/${name}`,
  ),
  // They lie next to the command line.
  ...['display.mjs', 'make-folder.mjs', 'node-runtime.mjs', 'sample-files.mjs', 'user-cache-folder.mjs'].map((name) => `scripts/${name}`),
  ...['desktop-program.mjs', 'print-page.mjs', 'start.mjs'].map((name) => `scripts/installed/${name}`),
  'package.json',
  'package-lock.json',
];

/** Newest change below a path, in milliseconds; of folders too, so that a removed file counts. @param {string} path @returns {number} */
function newest(path) {
  const changed = statSync(path).mtimeMs;
  const inside = readdirSync(path, { withFileTypes: true }).map((entry) => {
    const below = join(path, entry.name);
    return entry.isDirectory() ? newest(below) : statSync(below).mtimeMs;
  });
  return Math.max(changed, ...inside);
}

/**
 * @param {string} stamp written when the bundle was made, below out/
 * @param {readonly string[]} sources folders in src/
 */
export function isCurrent(stamp, sources) {
  try {
    const made = statSync(join(root, 'out', stamp)).mtimeMs;
    return recipe.every((name) => statSync(join(root, name)).mtimeMs < made) && sources.every((name) => newest(join(root, 'src', name)) < made);
  } catch {
    return false;
  }
}

/** What the command line is made of. */
export const cliSources = ['analysis', 'cli', 'files', 'fleet', 'samples', 'shared'];
/** Written when the command line was bundled. */
export const cliStamp = 'cli/built';
