/** Opens the dump of a place in a child process, and distinguishes errors of the dump from errors of the machine. */
import { isDumpError, SeveralDumps } from '../../shared/dump-error.ts';
import type { EngineClient } from '../../shared/engine-protocol.ts';
import { RequestError } from '../../shared/rpc.ts';
import type { ScanProgress } from '../../shared/scan-progress.ts';
import { whyUnreachable } from '../reachable.ts';
import type { DumpEngine } from './dump-engine.ts';
import { MachineTrouble } from './task.ts';

/** No dump that opens, or none that can do what is asked: that is a result, and no machine would find another one. */
export class Refused extends Error {
  override name = 'Refused';
}

/** Its file is gone, or away for a while. */
export class Absent extends Refused {
  override name = 'Absent';
}

/** An open dump in the child process. */
export interface OpenedDump {
  readonly client: EngineClient;
  readonly dump: string;
  readonly identity: string;
  /** For work that takes as long as the dump is large: any change is a sign of life. */
  readonly onProgress: (value: ScanProgress) => void;
}

/**
 * @param isLong whether opening it may take as long as it goes on, because what follows does too
 * @throws MachineTrouble, Refused, Absent, SeveralDumps, EngineCrash, Cancelled
 */
export async function onDump<T>(
  { path, parts }: { readonly path: string; readonly parts: readonly string[] },
  engine: DumpEngine,
  signal: AbortSignal,
  isLong: boolean,
  use: (opened: OpenedDump) => Promise<T>,
): Promise<T> {
  const unreachable = whyUnreachable(path);
  if (unreachable !== undefined) throw unreachable.kind === 'absent' ? new Absent(unreachable.why) : new MachineTrouble(unreachable.why);
  try {
    return await engine.run(async (client, alive) => {
      let last = '';
      const onProgress = ({ phase, done }: ScanProgress): void => {
        const now = `${phase} ${done}`;
        if (now !== last) alive();
        last = now;
      };
      const volumes = parts.length === 0 ? {} : { volumes: [...parts] };
      const { dump, identity } = await client.call('open', { path, ...volumes }, { signal, ...(isLong ? { onProgress } : {}) });
      try {
        return await use({ client, dump, identity, onProgress });
      } finally {
        await client.call('close', { dump });
      }
    }, signal);
  } catch (error) {
    if (error instanceof SeveralDumps) throw error;
    if (isDumpError(error)) throw error.kind === 'io' ? new MachineTrouble(error.message) : new Refused(error.message);
    // An index that cannot be written, or is in use: the dump has no part in it.
    if (error instanceof RequestError) throw error.about === 'index' ? new MachineTrouble(error.message) : new Refused(error.message);
    throw error;
  }
}
