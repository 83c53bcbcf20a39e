/** The registry of sections, in the order in which a document has them. */
import { RequestError } from '../../../shared/rpc.ts';
import type { Block } from '../blocks.ts';
import type { DocumentChoice, ReportModel, ReportPart } from '../report-model.ts';
import { analysesSection } from './analyses.ts';
import { annotationsSection } from './annotations.ts';
import { appendixSection } from './appendix.ts';
import { backtracesSection } from './backtraces.ts';
import { caseSection } from './case.ts';
import { comparisonSection } from './comparison.ts';
import { cpusSection } from './cpus.ts';
import { damageSection } from './damage.ts';
import { decisionsSection } from './decisions.ts';
import { differencesSection } from './differences.ts';
import { findingsSection } from './findings.ts';
import { integritySection } from './integrity.ts';
import { logSection } from './log.ts';
import { memorySection } from './memory.ts';
import { passedSection } from './passed.ts';
import { redactionSection } from './redaction.ts';
import type { ReportSection } from './section.ts';
import { verdictSection } from './verdict.ts';

export const reportSections: readonly ReportSection[] = [
  comparisonSection,
  differencesSection,
  caseSection,
  integritySection,
  damageSection,
  verdictSection,
  logSection,
  backtracesSection,
  analysesSection,
  cpusSection,
  memorySection,
  decisionsSection,
  annotationsSection,
  findingsSection,
  passedSection,
  redactionSection,
  appendixSection,
];

/** @throws RequestError query for a section that there is not */
export function chosenSections(ids: readonly string[] | undefined): readonly ReportSection[] {
  if (ids === undefined) return reportSections.filter(({ byDefault }) => byDefault);
  const unknown = ids.find((id) => !reportSections.some((section) => section.id === id));
  if (unknown !== undefined)
    throw new RequestError('query', `there is no section "${unknown}": expected some of ${reportSections.map(({ id }) => id).join(', ')}`);
  return reportSections.filter(({ id }) => ids.includes(id));
}

/** What has to be read for sections. */
export const partsOf = (sections: readonly ReportSection[]): ReadonlySet<ReportPart> => new Set(sections.flatMap(({ parts = [] }) => parts));

export interface DocumentSection {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** The sections of a document that have something to say. That something was taken out is said whatever was chosen. */
export const documentSections = (report: ReportModel, { sections }: DocumentChoice): readonly DocumentSection[] =>
  reportSections
    .filter((section) => chosenSections(sections).includes(section) || section === redactionSection)
    .map(({ id, title, content }) => ({ id, title, blocks: content(report) }))
    .filter(({ blocks }) => blocks.length > 0);
