/** The engine's methods about CPUs and about structures that lie at known places. */
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { lookForCpus } from '../kernel/look-for-cpus.ts';
import { describeCpus } from './cpus.ts';
import { describeRegionsWithKernel } from './kernel-image.ts';
import { describeLowcores } from './lowcore.ts';
import { describeNotes } from './notes.ts';
import { describeOsInfo } from './osinfo.ts';

export const machineHandlers = (sessionOf: SessionOf) =>
  ({
    async cpus({ dump, view, ...request }, { signal }) {
      const session = sessionOf(dump, view);
      await lookForCpus(session, signal);
      return describeCpus(session, request);
    },
    async lowcore({ dump, view, ...request }, { signal }) {
      const session = sessionOf(dump, view);
      // The release helps to tell layouts apart.
      await lookForCpus(session, signal);
      return describeLowcores(session, request);
    },
    notes: ({ dump, view, start }) => describeNotes(sessionOf(dump, view), start),
    async regions({ dump, view, ...request }, { signal }) {
      const session = sessionOf(dump, view);
      // Exact ranges name nothing; the others name the lowcores of CPUs, as all other answers do.
      if (request.exact !== true) await lookForCpus(session, signal);
      return describeRegionsWithKernel(session, request);
    },
    osinfo: ({ dump, view }, { signal }) => describeOsInfo(sessionOf(dump, view), signal),
  }) satisfies SomeMethods;
