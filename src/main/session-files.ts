/** Sessions that the window saves automatically: small text files in the user's configuration folder. Only the page knows their format. */
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
/** Dumps whose layout and notes are remembered; the least recently used are dropped first. */
const maxKept = 200;

/** A session file that the user names. @throws DumpError if it is not a readable file, or is larger than any session */
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
