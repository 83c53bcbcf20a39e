/** `catalogue`: what the registries hold, for every door. Needs no dump and no engine: the command line's help is made from it too. */
import type { Catalogue } from '../../shared/catalogue-model.ts';
import { defined } from '../../shared/defined.ts';
import { formatIds, schemaVersion } from '../../shared/model.ts';
import { dumpFormats } from '../formats/index.ts';
import { attestationEntry } from '../integrity/attestation.ts';
import { checks } from '../integrity/index.ts';
import { manifestFormats } from '../integrity/manifest.ts';
import { analyses } from '../kernel/analyses/catalogue.ts';
import { dataViews } from '../memory/view.ts';
import { reportFormats } from '../report/index.ts';
import { reportSections } from '../report/sections/index.ts';

/** In the order of the contract; the registry's order is that in which formats are tried. */
const formats = (): Catalogue['formats'] =>
  dumpFormats
    .map(({ id, title, about, extensions, fileType }) => ({ id, title, about, extensions: [...extensions], ...defined({ fileType }) }))
    .sort((one, other) => formatIds.indexOf(one.id) - formatIds.indexOf(other.id));

/** The views alone: every command that opens a dump has them, and nothing else has to be loaded for them. */
export const viewCatalogue = (): Catalogue['views'] => [...dataViews];

export const catalogue = (): Catalogue => ({
  schema: schemaVersion,
  formats: formats(),
  checks: checks.map(({ id, title, failure, gravity, cost, needs, uses, remedy }) => ({
    id,
    title,
    failure,
    gravity,
    depth: cost,
    ...(needs === undefined ? {} : { needs: [...needs] }),
    ...(uses === undefined ? {} : { uses: [...uses] }),
    ...defined({ remedy }),
  })),
  reports: [
    ...reportFormats.map(({ id, title, about, mediaType, extension }) => ({ id, kind: 'report' as const, title, about, mediaType, extension })),
    ...manifestFormats.map(({ id, title, about, mediaType, extension }) => ({ id, kind: 'manifest' as const, title, about, mediaType, extension })),
    attestationEntry,
  ],
  sections: reportSections.map(({ id, title, about, byDefault }) => ({ id, title, about, byDefault })),
  views: viewCatalogue(),
  analyses: analyses.map(({ table }) => table),
});
