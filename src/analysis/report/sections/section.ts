import type { Block } from '../blocks.ts';
import type { ReportModel, ReportPart } from '../report-model.ts';

/** One subject of a report for people. */
export interface ReportSection {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** Whether it is in where nobody chose. */
  readonly byDefault: boolean;
  /** What has to be read for it. */
  readonly parts?: readonly ReportPart[];
  /** Nothing where there is nothing to say: then it has no heading either. */
  readonly content: (report: ReportModel) => readonly Block[];
}
