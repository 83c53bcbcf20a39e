/** What a worker does about one place: opens it in a child process, and says what came of it as a result that goes into the catalogue. */
import { readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathBytes } from '../../files/path-bytes.ts';
import { storageFinder } from '../../files/storage-host.ts';
import { isDumpError, SeveralDumps } from '../../shared/dump-error.ts';
import { RequestError } from '../../shared/rpc.ts';
import type { TriagedDump } from '../catalogue/dumps.ts';
import type { Place } from '../catalogue/places.ts';
import type { FoundPlace } from '../find-dumps.ts';
import type { DumpEngine } from './dump-engine.ts';

export type PlaceResult =
  | { readonly outcome: 'dump'; readonly dump: TriagedDump }
  /** An archive or a disk with several dumps: each of them is a place. */
  | { readonly outcome: 'several'; readonly members: readonly FoundPlace[] }
  /** No dump that opens: that is a result too, and no machine would find another one. */
  | { readonly outcome: 'refused'; readonly why: string };

/** The machine, the share, or the disk failed, not the dump: another try, perhaps by another worker, can succeed. */
export class MachineTrouble extends Error {
  override name = 'MachineTrouble';
}

/** "ARCHIVE!MEMBER" lies where its archive lies. */
function fileOf(path: string): string {
  const at = path.indexOf('!');
  if (at === -1 || isThere(path)) return path;
  return path.slice(0, at);
}

function isThere(path: string): boolean {
  try {
    statSync(pathBytes(path));
    return true;
  } catch {
    return false;
  }
}

function hasFiles(folder: string): boolean {
  try {
    return readdirSync(pathBytes(folder)).length > 0;
  } catch {
    return false;
  }
}

/** @throws MachineTrouble, EngineCrash, Cancelled */
export async function triagePlace({ path, parts, stamp }: Place, engine: DumpEngine, signal: AbortSignal): Promise<PlaceResult> {
  const file = fileOf(path);
  if (!isThere(file)) {
    // A share that is not mounted shows an empty folder, or none.
    if (!hasFiles(dirname(file))) throw new MachineTrouble(`${file} cannot be reached from this machine: its folder is empty or not there`);
    return { outcome: 'refused', why: `${file} is not there any more` };
  }
  try {
    const dump = await engine.run(async (client) => {
      const { dump: handle, identity } = await client.call('open', { path, ...(parts.length === 0 ? {} : { volumes: [...parts] }) }, { signal });
      try {
        const triage = await client.call('triage', { dump: handle, withoutCpus: true }, { signal });
        const { dumpKey } = await client.call('dumpKey', { dump: handle }, { signal });
        return { dumpKey, identity, triage };
      } finally {
        await client.call('close', { dump: handle });
      }
    }, signal);
    return { outcome: 'dump', dump };
  } catch (error) {
    if (error instanceof SeveralDumps) {
      const storageOf = storageFinder();
      const members = error.several.choices.map(({ member }) => ({
        storage: storageOf(path),
        path: `${path}!${member}`,
        parts: [],
        title: error.several.holder,
        stamp,
      }));
      return { outcome: 'several', members };
    }
    if (isDumpError(error)) {
      if (error.kind === 'io') throw new MachineTrouble(error.message);
      return { outcome: 'refused', why: error.message };
    }
    if (error instanceof RequestError) return { outcome: 'refused', why: error.message };
    throw error;
  }
}
