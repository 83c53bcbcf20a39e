/** A stranger reads the README of a folder before its code: what it names is there, and each folder of the sources is described. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Folders of the sources, with "/" in their names. */
function foldersBelow(folder: string): string[] {
  const inside = readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...inside.flatMap(({ name }) => foldersBelow(`${folder}/${name}`))];
}

const folders = foldersBelow('src').slice(1);
const readmeOf = (folder: string): string | undefined => {
  const path = join(root, folder, 'README.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};

/** Files and folders that a README names in code spans; patterns and names of others are passed over. */
const namesIn = (text: string): string[] =>
  [...text.matchAll(/`((?:\.\.\/|[\w-]+\/)*(?:[\w-]+\/|[\w.-]+\.(?:tsx?|mts|mjs|cjs|css)))`/g)].map(([, name = '']) => name);

/** Everything below a folder, by every end of its path. */
function tailsBelow(folder: string): ReadonlySet<string> {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
  return new Set(
    entries.flatMap((entry) => {
      const parts = relative(join(root, folder), join(entry.parentPath, entry.name)).split(sep);
      return parts.map((_, at) => `${parts.slice(at).join('/')}${entry.isDirectory() ? '/' : ''}`);
    }),
  );
}

/** What a README names that is neither below its folder nor a path from the folder, from the sources, or from the root. */
function absentIn(folder: string, text: string): string[] {
  const tails = tailsBelow(folder);
  const bases = [folder, 'src', 'src/analysis', 'src/renderer', '.'];
  return namesIn(text).filter((name) => !tails.has(name) && !(name.includes('/') && bases.some((base) => existsSync(join(root, posix.join(base, name))))));
}

it('what a README names is in its folder, or where its path says', () => {
  const named = folders.flatMap((folder) => {
    const text = readmeOf(folder);
    return text === undefined ? [] : [{ folder, text }];
  });
  expect(named.flatMap(({ text }) => namesIn(text)).length).toBeGreaterThan(150);
  expect(named.flatMap(({ folder, text }) => absentIn(folder, text).map((name) => `${folder}/README.md: ${name}`))).toEqual([]);
  expect(absentIn('src/renderer/state', '`use-store.ts` and `places.ts`, `../hooks/use-store.ts`, `nowhere/`')).toEqual(['use-store.ts', 'nowhere/']);
});

it('each folder of the sources has a README, or is in that of a folder above', () => {
  const isDescribed = (folder: string): boolean => {
    if (readmeOf(folder) !== undefined) return true;
    const name = `${posix.basename(folder)}/`;
    for (let above = posix.dirname(folder); above !== '.'; above = posix.dirname(above)) {
      const text = readmeOf(above);
      if (text !== undefined && new RegExp(`\`(?:[\\w-]+/)*${name}`).test(text)) return true;
    }
    return false;
  };
  expect(folders.length).toBeGreaterThan(60);
  expect(folders.filter((folder) => !isDescribed(folder))).toEqual([]);
});
