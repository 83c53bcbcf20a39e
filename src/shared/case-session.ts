/** The part of a session that goes into an evidence capsule: what a person wrote about the one dump, and no path, query, or other dump. */
import type { DumpName } from './annotation-model.ts';
import { sessionVersion, type SavedSession } from './session-model.ts';

/** @param fileName of the dump, without a folder. @returns JSON as session files are written */
export function caseSession(session: SavedSession, { identity, dumpKey }: DumpName, fileName: string): string {
  const own = new Set(
    session.dumps.flatMap((dump, at) => (dump.identity === identity && (dump.dumpKey === undefined || dump.dumpKey === dumpKey) ? [at] : [])),
  );
  const of = <T extends { readonly dump: number }>(list: readonly T[]): T[] => list.filter(({ dump }) => own.has(dump)).map((one) => ({ ...one, dump: 0 }));
  const kept: SavedSession = {
    schema: sessionVersion,
    dumps: [{ identity, dumpKey, pathHint: fileName }],
    cursors: [],
    bookmarks: of(session.bookmarks),
    annotations: of(session.annotations),
    ignoreRules: [],
  };
  return `${JSON.stringify(kept, undefined, 2)}\n`;
}
