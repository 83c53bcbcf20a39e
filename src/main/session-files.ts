/** Sessions that the window keeps by itself: small text files in the user's configuration folder. The page knows their form. */
import { join } from 'node:path';
import { readGivenText } from '../files/given-file.ts';
import { writeOutput } from '../files/output-file.ts';
import { removeAbandoned } from '../files/other-cached.ts';
import { keepNewest, makeOwnFolder } from '../files/own-folder.ts';

export interface SessionFiles {
  readonly load: (name: string) => string | undefined;
  readonly save: (name: string, text: string) => void;
}

const maxBytes = 4 << 20;
/** Dumps whose layout and notes are remembered; those looked at longest ago go first. */
const maxKept = 200;

/** A session that a person names. @throws DumpError when it is no file that can be read, or larger than any session */
export const readSessionText = (path: string): string => readGivenText(path, { what: 'a session file', most: maxBytes, evidence: false });

export function openSessionFiles(folder: string): SessionFiles {
  const pathOf = (name: string): string => join(folder, `${name}.dumpbench.json`);
  return {
    load(name) {
      try {
        return readGivenText(pathOf(name), { what: 'a session file', most: maxBytes, evidence: false });
      } catch {
        return undefined;
      }
    },
    save(name, text) {
      makeOwnFolder(folder);
      removeAbandoned(folder);
      writeOutput(pathOf(name), text, { kind: 'own', replace: true });
      keepNewest(folder, /\.dumpbench\.json$/, maxKept);
    },
  };
}
