/** Sessions that the window keeps by itself: small text files in the user's configuration folder. The page knows their form. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SessionFiles {
  readonly load: (name: string) => string | undefined;
  readonly save: (name: string, text: string) => void;
}

const maxBytes = 4 << 20;
/** Dumps whose layout and notes are remembered; those looked at longest ago go first. */
const maxKept = 200;

/** @throws Error when the file is larger than any session */
export function readTextFile(path: string): string {
  const { size } = statSync(path);
  if (size > maxBytes) throw new Error(`${path} has ${size} bytes: too many for a session`);
  return readFileSync(path, 'utf8');
}

export function openSessionFiles(folder: string): SessionFiles {
  const pathOf = (name: string): string => join(folder, `${name}.dumpbench.json`);
  const prune = (): void => {
    const files = readdirSync(folder).map((name) => ({ name, time: statSync(join(folder, name)).mtimeMs }));
    for (const { name } of files.sort((left, right) => right.time - left.time).slice(maxKept)) rmSync(join(folder, name), { force: true });
  };
  return {
    load(name) {
      try {
        return readTextFile(pathOf(name));
      } catch {
        return undefined;
      }
    },
    save(name, text) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // Whole or not at all: a power cut leaves the old one.
      const fresh = `${pathOf(name)}.new`;
      writeFileSync(fresh, text, { mode: 0o600 });
      renameSync(fresh, pathOf(name));
      prune();
    },
  };
}
