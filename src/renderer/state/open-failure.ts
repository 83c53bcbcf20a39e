/** Converts an error of the engine to what an error page needs. */
import { defined } from '../../shared/defined.ts';
import { ForeignFile, isDumpError, SeveralDumps } from '../../shared/dump-error.ts';
import type { OpenFailure } from './open-dump.ts';

export function openFailure(error: unknown, path: string): OpenFailure {
  if (!isDumpError(error)) return { kind: 'engine', what: error instanceof Error ? (error.message.split('\n')[0] ?? error.message) : String(error) };
  const { file, offset } = error.where;
  if (error instanceof ForeignFile) return { kind: 'foreign', what: error.foreign.name, wayOut: error.foreign.wayOut };
  if (error instanceof SeveralDumps) return { kind: 'several', what: error.what, several: error.several };
  return {
    kind: error.kind,
    what: error.what,
    ...defined({ expected: error.expected }),
    ...(file === undefined || file === path ? {} : { file }),
    ...defined({ offset }),
  };
}
