/** Dumps of a test file in a folder of their own, opened with a cache next to them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDumpAt } from '../../../src/analysis/engine/session/open-dump.ts';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import type { ScanProgress } from '../../../src/shared/engine-protocol.ts';
import { scratchFolder } from '../../scratch-folder.ts';

export interface OpenOptions {
  readonly volumes?: readonly string[];
  readonly progress?: (value: ScanProgress) => void;
  readonly signal?: AbortSignal;
}

export interface DumpsInFolder {
  readonly folder: string;
  /** Made by whoever opens first. */
  readonly cacheFolder: string;
  /** Path of a new file. */
  readonly write: (name: string, bytes: Uint8Array) => string;
  /** Path of a new file in a folder with nothing else in it. */
  readonly writeAlone: (name: string, bytes: Uint8Array) => string;
  readonly open: (path: string, options?: OpenOptions) => Promise<Session>;
}

export function dumpsInFolder(): DumpsInFolder {
  const folder = scratchFolder();
  const cacheFolder = join(folder, 'cache');
  let count = 0;
  const writeTo = (place: string, name: string, bytes: Uint8Array): string => {
    const path = join(place, name);
    writeFileSync(path, bytes);
    return path;
  };
  return {
    folder,
    cacheFolder,
    write: (name, bytes) => writeTo(folder, name, bytes),
    writeAlone: (name, bytes) => {
      const own = join(folder, String((count += 1)));
      mkdirSync(own);
      return writeTo(own, name, bytes);
    },
    open: (path, options = {}) => openDumpAt({ path, signal: new AbortController().signal, progress: () => undefined, cacheFolder, ...options }),
  };
}
