/** The engine's method that writes memory out. */
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { exportMemory } from './export.ts';
import { previewExport } from './preview.ts';

export const exportHandlers = (sessionOf: SessionOf) =>
  ({
    export: ({ dump, view, ...request }, context) => exportMemory(sessionOf(dump, view), request, context),
    exportPreview: ({ dump, view, ranges }, { signal }) => previewExport(sessionOf(dump, view), ranges, signal),
  }) satisfies SomeMethods;
