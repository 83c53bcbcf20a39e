/** Real dumps as open sessions, each opened once in a test file. */
import { afterAll } from 'vitest';
import { openSession, type Session } from '../../../src/analysis/engine/session/session.ts';
import { dumpFile } from '../../dumps.ts';

/** Opens by name and closes what was opened when the file's tests are over. */
export function kernelDumps(): (name: string) => Promise<Session> {
  const opened = new Map<string, Session>();
  afterAll(() => {
    for (const session of opened.values()) session.close();
  });
  return async (name) => {
    const session = opened.get(name) ?? openSession(await dumpFile(name));
    opened.set(name, session);
    return session;
  };
}
