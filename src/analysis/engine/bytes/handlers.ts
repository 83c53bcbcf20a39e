/** The engine's methods about bytes, where they lie and what they can mean. */
import { lookForCpus } from '../kernel/look-for-cpus.ts';
import { preferAddress } from '../pages/index-pages.ts';
import type { AddressSpace } from '../../../shared/model.ts';
import type { Session } from '../session/session.ts';
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { findTables } from './address-space.ts';
import { fileBytes } from './file-bytes.ts';
import { inspectPlace } from './inspect.ts';
import { rangeFacts } from './range-facts.ts';
import { readMemory } from './read.ts';
import { translateAddress } from './translate.ts';
import { listViewableTypes, viewAsType } from './view-as-type.ts';
import { typeMembers } from './type-members.ts';
import { listLayouts, viewAs } from './view-as.ts';

interface SpacePlace {
  readonly space: AddressSpace;
  readonly cpu?: number | undefined;
}

/** Real addresses without a CPU are those of CPU 0. @throws Cancelled */
async function lookForOwner(session: Session, { space, cpu }: SpacePlace, signal: AbortSignal): Promise<void> {
  if (cpu !== undefined || space === 'real') await lookForCpus(session, signal);
}

/** What it takes to tell where an address of a space lies. @throws Cancelled */
async function lookForPlace(session: Session, place: SpacePlace, signal: AbortSignal): Promise<void> {
  await lookForOwner(session, place, signal);
  if (place.space === 'virtual') await findTables(session, { cpu: place.cpu }, signal);
}

export const byteHandlers = (sessionOf: SessionOf, partOf: SessionOf) =>
  ({
    async read({ dump, view, ...request }, { signal }) {
      // Bytes of a dump whose headers are read in part are there as far as those go.
      const session = request.space === 'absolute' || request.space === 'file' ? partOf(dump, view) : sessionOf(dump, view);
      if (request.space === 'absolute') preferAddress(session, request.address);
      await lookForPlace(session, request, signal);
      return readMemory(session, request);
    },
    async inspect({ dump, view, ...place }, { signal }) {
      const session = sessionOf(dump, view);
      await lookForPlace(session, place, signal);
      return inspectPlace(session, place);
    },
    async rangeFacts({ dump, view, ...request }, { signal }) {
      const session = sessionOf(dump, view);
      await lookForPlace(session, request, signal);
      return rangeFacts(session, request, signal);
    },
    fileBytes,
    layouts: ({ dump }) => listLayouts(sessionOf(dump)),
    async viewAs({ dump, view, layout, ...place }, { signal }) {
      const session = sessionOf(dump, view);
      await lookForPlace(session, place, signal);
      return viewAs(session, layout, place);
    },
    viewableTypes: ({ dump }, { signal }) => listViewableTypes(sessionOf(dump), signal),
    async viewAsType({ dump, view, type, ...place }, { signal }) {
      const session = sessionOf(dump, view);
      await lookForOwner(session, place, signal);
      return viewAsType(session, type, place, signal);
    },
    async typeMembers({ dump, view, type, place, start }, { signal }) {
      const session = sessionOf(dump, view);
      if (place !== undefined) await lookForPlace(session, place, signal);
      return typeMembers(session, type, place, start ?? 0, signal);
    },
    async translate({ dump, view, ...request }, { signal }) {
      const session = sessionOf(dump, view);
      if (request.cpu !== undefined) await lookForCpus(session, signal);
      await findTables(session, request, signal);
      return translateAddress(session, request);
    },
  }) satisfies SomeMethods;
