/**
 * What the engine knows: its formats, checks, reports, views and analyses. Requested at each start of the engine, and kept while the engine is down.
 */
import type { Catalogue, ReportEntry } from '../../shared/catalogue-model.ts';
import type { EngineLink } from '../engine/engine-link.ts';
import { createStore, type Readable } from './store.ts';

/** Before the engine has answered. */
export const nothingKnown: Catalogue = { schema: 1, formats: [], checks: [], reports: [], sections: [], views: [], analyses: [] };

export function askCatalogue(engine: Pick<EngineLink, 'status' | 'call'>, tell: (error: unknown) => void): Readable<Catalogue> {
  const catalogue = createStore<Catalogue>(nothingKnown);
  let asked: number | undefined;
  const ask = (): void => {
    const { state, generation } = engine.status.get();
    if (state !== 'ready' || asked === generation) return;
    asked = generation;
    engine.call('catalogue', {}).then(
      (answer) => catalogue.set(answer),
      (error: unknown) => {
        // If this engine has ended meanwhile, its successor is asked.
        if (engine.status.get().generation === generation && engine.status.get().state === 'ready') tell(error);
      },
    );
  };
  engine.status.subscribe(ask);
  ask();
  return catalogue;
}

/** File name extensions of dumps, without the dot. */
export const dumpExtensions = ({ formats }: Pick<Catalogue, 'formats'>): string[] => [...new Set(formats.flatMap(({ extensions }) => extensions))];

/** Something that can be exported from a dump. */
export type ExportFormat = ReportEntry & {
  /** What is requested from the engine. */
  readonly format: string;
  /** The window prints the page that the engine returns. */
  readonly printed?: true;
};

/** What can be exported: everything that the engine makes, and its pages as PDF. */
export const exportFormats = ({ reports }: Pick<Catalogue, 'reports'>): readonly ExportFormat[] =>
  reports.flatMap((one): ExportFormat[] => {
    const made = { ...one, format: one.id };
    if (one.mediaType !== 'text/html') return [made];
    return [made, { ...made, printed: true, id: 'pdf', title: 'PDF report', about: 'the same page, printed', mediaType: 'application/pdf', extension: 'pdf' }];
  });
