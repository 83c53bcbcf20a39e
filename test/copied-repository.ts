/** A copy of the repository to follow a recipe in: what a person would write is written there, and nothing of this checkout changes. */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

export interface CopiedRepository {
  readonly root: string;
  /** Entry point of its command line. */
  readonly cli: string;
  add(path: string, text: string): void;
  /** @throws Error when what is to be replaced is not there once */
  replace(path: string, old: string, text: string): void;
}

/** @param folder where the copy is made; what npm installed is shared */
export function copyRepository(folder: string): CopiedRepository {
  const root = join(folder, 'repository');
  for (const part of ['src', 'bin', 'scripts', 'resources', 'package.json', 'package-lock.json', 'tsconfig.json', 'LICENSE'])
    cpSync(join(checkout, part), join(root, part), { recursive: true });
  symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'), 'dir');
  return {
    root,
    cli: join(root, 'src', 'cli', 'main.ts'),
    add(path, text) {
      writeFileSync(join(root, path), text, { flag: 'wx' });
    },
    replace(path, old, text) {
      const file = join(root, path);
      const pieces = readFileSync(file, 'utf8').split(old);
      if (pieces.length !== 2) throw new Error(`${path} has "${old}" ${pieces.length - 1} times`);
      writeFileSync(file, pieces.join(text));
    },
  };
}
