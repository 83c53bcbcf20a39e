/** The engine's methods of the first screen. */
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { lookAtGiven } from '../beside/look-at-given.ts';
import { lookBeside } from '../beside/look-beside.ts';
import { judgedInfo } from './info.ts';
import { triage } from './triage.ts';

export const triageHandlers = (sessionOf: SessionOf, partOf: SessionOf) =>
  ({
    attachable: async ({ paths }) => ({ files: await Promise.all(paths.map(lookAtGiven)) }),
    beside: ({ dump, view }, { signal }) => lookBeside(partOf(dump, view), signal),
    info: ({ dump, view }, { signal }) => judgedInfo(partOf(dump, view), signal),
    async triage({ dump, view, withoutCpus }, { signal }) {
      const found = await triage(sessionOf(dump, view), signal);
      return withoutCpus === true ? { ...found, cpus: [] } : found;
    },
  }) satisfies SomeMethods;
