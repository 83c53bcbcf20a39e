/** The engine's methods of the first screen. */
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { judgedInfo } from './info.ts';
import { triage } from './triage.ts';

export const triageHandlers = (sessionOf: SessionOf) =>
  ({
    info: ({ dump, view }, { signal }) => judgedInfo(sessionOf(dump, view), signal),
    triage: ({ dump, view }, { signal }) => triage(sessionOf(dump, view), signal),
  }) satisfies SomeMethods;
