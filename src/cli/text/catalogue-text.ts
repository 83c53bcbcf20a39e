/** What Dumpbench supports, as text: the lists of `catalogue`, and what help shows of them. */
import { catalogue } from '../../analysis/engine/catalogue.ts';
import type { Catalogue, ReportEntry } from '../../shared/catalogue-model.ts';
import { evidenceFlags } from './evidence-flags.ts';
import { analysisCatalogueText } from './analysis-text.ts';
import { remedyText } from './remedy-text.ts';
import type { Style } from './style.ts';
import { columns } from './table.ts';

/** Lists of the catalogue, by the names that the command accepts. */
export const catalogueLists = ['formats', 'checks', 'reports', 'sections', 'views', 'analyses'] as const satisfies readonly (keyof Catalogue)[];
export type CatalogueList = (typeof catalogueLists)[number];

const depthWords = { headers: 'triage', quick: 'verify --quick', scan: 'verify' } as const;
const commandWords = { report: 'report --format', manifest: 'manifest --format', attestation: '' } as const;

const listTexts: Readonly<Record<CatalogueList, (known: Catalogue, style: Style, width: number | undefined) => string>> = {
  formats: ({ formats }, style) => rows(formats.map(({ id, title, about, extensions }) => [style.strong(id), title, about, style.dim(extensions.join(' '))])),
  checks: ({ checks }, style) =>
    rows(
      checks.map(({ id, title, depth, needs, failure, remedy }) => [
        style.strong(id),
        title,
        needs === undefined ? depthWords[depth] : `verify ${needs.map((kind) => evidenceFlags[kind]).join(' ')}`,
        `if it fails: ${failure}${remedy === undefined ? '' : style.dim(` (${remedyText[remedy]})`)}`,
      ]),
    ),
  reports: ({ reports }, style) =>
    rows(reports.map(({ id, kind, title, about }) => [style.dim(kind === 'attestation' ? 'attest' : commandWords[kind]), style.strong(id), title, about])),
  sections: ({ sections }, style) => rows(sections.map(({ id, title, about }) => [style.dim('report --sections'), style.strong(id), title, about])),
  views: ({ views }, style) => rows(views.map(({ id, title, about }) => [style.dim('--view'), style.strong(id), title, about])),
  analyses: ({ analyses }, style, width) => analysisCatalogueText(analyses, style, width),
};

const rows = (cells: readonly (readonly string[])[]): string =>
  `${columns(
    cells.map((row) => [...row]),
    '',
  )}\n`;

/** @param width of the terminal */
export const catalogueText = (known: Catalogue, list: CatalogueList | undefined, style: Style, width?: number): string =>
  list === undefined
    ? catalogueLists.map((one) => `${style.strong(one)}\n${listTexts[one](known, style, width)}`).join('\n')
    : listTexts[list](known, style, width);

export const formatIdsOf = (kind: ReportEntry['kind']): readonly string[] =>
  catalogue()
    .reports.filter((one) => one.kind === kind)
    .map(({ id }) => id);

/** "html, json or csv": what an option of a command that writes such a thing takes. */
export const formatsOf = (kind: ReportEntry['kind']): string =>
  formatIdsOf(kind)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1');

/** The sections that `report --sections` takes. */
export const sectionIds = (): readonly string[] => catalogue().sections.map(({ id }) => id);

/** What a format is called, for people. */
export const formatTitle = (id: string): string => catalogue().formats.find((one) => one.id === id)?.title ?? id;
