/** Annotations in a session file that the window wrote. */
import { readGivenText } from '../files/given-file.ts';
import { annotationsOf, type Annotation, type DumpName } from '../shared/annotation-model.ts';
import type { MemoryView } from '../shared/model.ts';
import { parseSession, type SavedSession } from '../shared/session-model.ts';
import type { CommandContext, OptionValues } from './command.ts';
import { say, UsageError } from './io.ts';

/** As large as the window accepts. */
const maxSessionBytes = 4 << 20;

/**
 * @throws UsageError when it is no session
 * @throws DumpError io when it is no file that can be read, unsupported when it is larger than any session
 */
function readSessionFile(path: string): SavedSession {
  const parsed = parseSession(readGivenText(path, { what: 'a session file (*.dumpbench.json)', most: maxSessionBytes }));
  if ('why' in parsed) throw new UsageError(`--session: ${path} is not a session file: ${parsed.why}`);
  return parsed.session;
}

/**
 * @param warn is called with a message if only the identity matches
 * @throws UsageError when the session is about other dumps: a path alone proves nothing
 */
function sessionAnnotations(path: string, session: SavedSession, dump: DumpName, view: MemoryView, warn: (sentence: string) => void): readonly Annotation[] {
  const { identity } = dump;
  const found = annotationsOf(session, dump, view);
  if (found !== undefined) {
    const { annotations, ofOthers, byIdentity } = found;
    const counted = (count: number): string => `${count} ${count === 1 ? 'annotation' : 'annotations'}`;
    if (ofOthers > 0)
      warn(`--session: ${counted(ofOthers)} in ${path} left out: made on a dump with the same headers and notes but different memory (the dump keys differ)`);
    if (byIdentity > 0) warn(`--session: ${path} has no dump key: ${counted(byIdentity)} may have been made on another dump with the same headers and notes`);
    return annotations;
  }
  const other = session.dumps.some((one) => one.identity === identity);
  throw new UsageError(
    other
      ? `--session: ${path} is about another view of this dump than "${view}": select that view with --view`
      : `--session: ${path} is about other dumps: none in it has the identity ${identity}`,
  );
}

/** The session that `--session` names, and its path; undefined without the option. @throws UsageError, DumpError */
export function sessionOption({ session: path }: OptionValues): GivenSession | undefined {
  return typeof path === 'string' ? { path, session: readSessionFile(path) } : undefined;
}

export interface GivenSession {
  readonly path: string;
  readonly session: SavedSession;
}

/** What a session says about an open dump, and how that dump is recognised. @throws UsageError when the session is about other dumps */
export async function sessionOn(
  { engine, io, output, opening }: CommandContext,
  { path, session }: GivenSession,
  dump: string,
  identity: string,
): Promise<{ readonly name: DumpName; readonly annotations: readonly Annotation[] }> {
  const { dumpKey } = await engine.call('dumpKey', { dump }, { signal: io.signal });
  const name = { identity, dumpKey };
  const annotations = sessionAnnotations(path, session, name, opening.view, (warning) => say(io, output, `dumpbench: ${warning}`));
  return { name, annotations };
}
