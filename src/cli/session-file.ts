/** Annotations in a session file that the window wrote. */
import { readFileSync, statSync } from 'node:fs';
import { annotationsOf, type Annotation } from '../shared/annotation-model.ts';
import { DumpError } from '../shared/dump-error.ts';
import type { MemoryView } from '../shared/model.ts';
import { parseSession, type Session } from '../shared/session-model.ts';
import { UsageError } from './io.ts';

/** As large as the window takes it. */
const maxSessionBytes = 4 << 20;

/**
 * @throws UsageError when it is no session
 * @throws DumpError io when the file cannot be read
 */
export function readSessionFile(path: string): Session {
  let text: string;
  try {
    if (statSync(path).size > maxSessionBytes) throw new UsageError(`--session: ${path} is too large to be a session`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new DumpError('io', { file: path }, error instanceof Error ? error.message : String(error), 'a session file (*.dumpbench.json)');
  }
  const parsed = parseSession(text);
  if ('why' in parsed) throw new UsageError(`--session: ${path} is no session: ${parsed.why}`);
  return parsed.session;
}

/** @throws UsageError when the session is about other dumps: a path alone proves nothing */
export function sessionAnnotations(path: string, session: Session, identity: string, view: MemoryView): readonly Annotation[] {
  const found = annotationsOf(session, identity, view);
  if (found !== undefined) return found;
  const other = session.dumps.some((dump) => dump.identity === identity);
  throw new UsageError(
    other
      ? `--session: ${path} is about this dump in another view than "${view}": give that one by --view`
      : `--session: ${path} is about other dumps: none in it has the identity ${identity}`,
  );
}
