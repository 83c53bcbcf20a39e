/** The engine's methods of the first screen. */
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { lookAtGiven } from '../beside/look-at-given.ts';
import { lookBeside } from '../beside/look-beside.ts';
import { analysesOf } from '../kernel/analyses.ts';
import { judgedInfo } from './info.ts';
import { triage } from './triage.ts';
import { isReachable } from './what-died.ts';

export const triageHandlers = (sessionOf: SessionOf, partOf: SessionOf) =>
  ({
    attachable: async ({ paths }) => ({ files: await Promise.all(paths.map(lookAtGiven)) }),
    beside: ({ dump, view }, { signal }) => lookBeside(partOf(dump, view), signal),
    info: ({ dump, view }, { signal }) => judgedInfo(partOf(dump, view), signal),
    async triage({ dump, view, withoutCpus }, { signal }) {
      const found = await triage(sessionOf(dump, view), signal);
      return withoutCpus === true ? { ...found, cpus: [] } : found;
    },
    async triageRows({ dump, view, analyses, limit }, context) {
      const session = sessionOf(dump, view);
      if (!(await isReachable(session, context.signal))) return { analyses: [] };
      return {
        analyses: [
          ...(await analysesOf(
            session,
            analyses.map((id) => ({ id, limit })),
            context,
          )),
        ],
      };
    },
  }) satisfies SomeMethods;
