/** Handles dropped files: those that supplement the dump in front are attached to it, all others are opened. */
import type { AttachmentPaths } from '../../shared/attachment.ts';
import type { EngineLink } from '../engine/engine-link.ts';
import type { DumpJobs } from './dump-jobs.ts';
import { handleOf } from './open-dump.ts';
import type { OpenDumps } from './open-dumps.ts';
import type { Places } from './places.ts';

interface Parts {
  readonly engine: Pick<EngineLink, 'call'>;
  readonly dumps: Pick<OpenDumps, 'find'>;
  readonly places: Pick<Places, 'tabs'>;
  readonly dumpJobs: Pick<DumpJobs, 'attachFiles'>;
  readonly openPaths: (paths: readonly string[]) => Promise<void>;
  readonly tell: (error: unknown) => void;
}

/** More files than this are treated as dumps to choose from. */
const mostLooked = 64;

export async function dropFiles({ engine, dumps, places, dumpJobs, openPaths, tell }: Parts, paths: readonly string[]): Promise<void> {
  const target = dumps.find(places.tabs.get().dump ?? '');
  if (target === undefined || handleOf(target) === undefined || paths.length > mostLooked) {
    await openPaths(paths);
    return;
  }
  try {
    const { files } = await engine.call('attachable', { paths: [...paths] });
    const attached: AttachmentPaths = Object.fromEntries(files.flatMap(({ path, attach }) => (attach === undefined ? [] : [[attach, path]])));
    // Of two files of one kind the later one is attached; the other is not treated as a dump.
    const others = files.flatMap(({ path, attach }) => (attach === undefined ? [path] : []));
    if (Object.keys(attached).length > 0) dumpJobs.attachFiles(target.key, attached);
    if (others.length > 0) await openPaths(others);
  } catch (error) {
    tell(error);
  }
}
