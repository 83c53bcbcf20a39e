/** The engine's methods about CPUs and about structures that lie at known places. */
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { describeCpus } from './cpus.ts';
import { describeRegionsWithKernel } from './kernel-image.ts';
import { describeLowcores } from './lowcore.ts';
import { describeNotes } from './notes.ts';
import { describeOsInfo } from './osinfo.ts';

export const machineHandlers = (sessionOf: SessionOf) =>
  ({
    cpus: ({ dump, view, ...request }) => describeCpus(sessionOf(dump, view), request),
    async lowcore({ dump, view, ...request }, { signal }) {
      const session = sessionOf(dump, view);
      // The release helps to tell layouts apart.
      await session.lookForKernel(signal);
      return describeLowcores(session, request);
    },
    notes: ({ dump, view, start }) => describeNotes(sessionOf(dump, view), start),
    async regions({ dump, view, ...request }, { signal }) {
      const session = sessionOf(dump, view);
      if (session.kernel.publishesSymbols) await session.kernel.ready(['symbols'], signal);
      return describeRegionsWithKernel(session, request);
    },
    osinfo: ({ dump, view }, { signal }) => describeOsInfo(sessionOf(dump, view), signal),
  }) satisfies SomeMethods;
