/**
 * What every report says: one model, so that no format knows more than another. It carries the file's name and identity,
 * no path, no clock and no durations: the same dump and version give the same bytes.
 */
import type { AnalysisDrawing, AnalysisJson } from '../../shared/analysis-table.ts';
import type { Annotation } from '../../shared/annotation-model.ts';
import type { CheckResult, DamageEntry, Health, PanicKdump, StandaloneKdump, TwoStage, VerifyJson } from '../../shared/check-model.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import type { Paper } from '../../shared/integrity-protocol.ts';
import type { ReportTemplate } from '../../shared/report-template.ts';
import type { KindCounts, StripBucket } from '../../shared/memory-kinds.ts';
import type { Info } from '../../shared/model.ts';
import type { LogRecordJson } from '../../shared/kernel-model.ts';
import type { RedactedJson } from '../../shared/redact-rules.ts';
import type { LowcoreJson, RegionJson } from '../../shared/structure-model.ts';
import type { BacktraceJson } from '../../shared/task-model.ts';
import type { VerdictJson } from '../../shared/verdict-model.ts';

/** A dump as the first page tells of it. */
export interface ReportedDump {
  readonly fileName: string;
  readonly identity: string;
  readonly info: Info;
  readonly verdict: VerdictJson;
}

/** Lines of a part of a comparison as rows: what differs, and its value in both. */
export interface DifferenceTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A comparison as every format can show it: named lists of lines. */
export interface ReportComparison {
  /** The other dump: its file name and identity. */
  readonly with: { readonly fileName: string; readonly identity: string };
  /** The outcome in a sentence. */
  readonly summary: string;
  /** `table` holds the same as the lines, but for the last one where some are left out. */
  readonly parts: readonly {
    readonly title: string;
    readonly lines: readonly string[];
    readonly table?: DifferenceTable;
    readonly leftOut?: number;
    /** Ranges and counts: short, and read one after the other. */
    readonly inLine?: true;
  }[];
  /** What is known of the other dump. */
  readonly other?: ReportedDump;
}

/** An analysis that was asked for: its declaration's words, and its rows. */
export interface ReportAnalysis extends Pick<AnalysisJson, 'id' | 'columns' | 'rows' | 'note' | 'missing' | 'complete'> {
  readonly title: string;
  readonly about: string;
  /** How it is drawn, in formats that can. */
  readonly drawing?: AnalysisDrawing;
}

/** The end of the kernel's log: around the line that says why the system died. */
export interface ReportLog {
  /** Kind of buffer and where it lies. */
  readonly source: string;
  readonly records: readonly LogRecordJson[];
  /** Place of that line in them. */
  readonly death?: number;
  /** Records of the log above and below. */
  readonly before: number;
  readonly after: number;
  /** Records that cannot be read. */
  readonly lost: number;
}

/** Stacks: that of the CPU that crashed first. */
export interface ReportBacktraces extends Pick<BacktraceJson, 'numbering' | 'traces' | 'missing'> {
  /** CPUs whose idle tasks have the same functions on their stacks as one of `traces`, by its place there. They are not among `traces`. */
  readonly sameStacks: readonly { readonly trace: number; readonly cpus: readonly number[] }[];
  /** CPUs whose stacks are in neither. */
  readonly leftOut: number;
}

/** What of a lowcore says how a CPU was last interrupted. */
export interface ReportLowcore extends Pick<LowcoreJson, 'id' | 'linuxCpu' | 'prefix'> {
  readonly layout: Pick<LowcoreJson['layout'], 'name' | 'confidence'>;
  readonly fields: readonly Pick<LowcoreJson['fields'][number], 'name' | 'value' | 'text'>[];
}

/** Bytes that a failed check is about. */
export interface CheckBytes {
  readonly check: string;
  readonly where: NonNullable<Info['findings'][number]['where']>;
  /** The first of them, two digits each. */
  readonly hex: string;
  /** Bytes of the place. */
  readonly bytes: number;
}

/** Why something that a report would hold is not there. */
export interface Unread {
  readonly why: string;
}

export interface ReportModel {
  readonly schema: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly fileName: string;
  readonly identity: string;
  /** Samples of the pages: tells dumps with the same headers apart. */
  readonly dumpKey?: string;
  readonly digests: VerifyJson['digests'];
  /** Why a digest that was to be computed is not there. */
  readonly digestsMissing?: NonNullable<VerifyJson['digestsMissing']>;
  readonly info: Info;
  /** What brought the system to its end. */
  readonly verdict: VerdictJson;
  readonly reason?: string;
  readonly health: Health;
  readonly checks: readonly CheckResult[];
  readonly damage: readonly DamageEntry[];
  readonly checkBytes?: readonly CheckBytes[];
  readonly panicKdump?: PanicKdump;
  readonly standaloneKdump?: StandaloneKdump;
  readonly twoStage?: TwoStage;
  readonly cpus: readonly CpuJson[];
  readonly lowcores?: readonly ReportLowcore[];
  readonly regions: readonly RegionJson[];
  /** Pages of each kind; those that no index has looked at are `unknown`. */
  readonly pages?: KindCounts;
  /** The same by place, for the drawing. */
  readonly strip?: readonly StripBucket[];
  readonly log?: ReportLog | Unread;
  readonly backtraces?: ReportBacktraces | Unread;
  /** What a person wrote about ranges: not found by any check. */
  readonly annotations?: readonly Annotation[];
  readonly analyses?: readonly ReportAnalysis[];
  /** What a comparison with another dump found, where one was asked for. */
  readonly comparison?: ReportComparison;
  /** What rules took out of it. */
  readonly redacted?: RedactedJson;
}

/** Parts of a report that are read only where something shows them. */
export const reportParts = ['checkBytes', 'lowcores', 'pages', 'log', 'backtraces', 'analyses'] as const;
export type ReportPart = (typeof reportParts)[number];

/** How a document for people is made of the model. */
export interface DocumentChoice {
  /** Ids of its sections; without it those that are in by default. */
  readonly sections?: readonly string[];
  /** On which it is printed; without it the printer decides. */
  readonly paper?: Paper;
  readonly template?: ReportTemplate;
}

export interface ReportFormat {
  readonly id: string;
  readonly title: string;
  /** What it is good for. */
  readonly about: string;
  readonly mediaType: string;
  readonly extension: string;
  render(report: ReportModel, choice?: DocumentChoice): string;
}

/** The sentence that a report starts with. */
export function verdictSentence(health: Health): string {
  const ran = health.passed + health.failed;
  if (health.failed > 0) return `${health.failed} of ${ran} checks failed.`;
  if (health.passed === 0) return 'No check could be run.';
  const rest = [
    health.notRun > 0 ? `${health.notRun} not run` : undefined,
    health.notRecorded > 0 ? `${health.notRecorded} had nothing recorded to compare with` : undefined,
    health.unreadable > 0 ? `${health.unreadable} could not be read` : undefined,
  ].filter((part) => part !== undefined);
  return `${health.passed} checks passed, none failed${rest.length === 0 ? '' : ` (${rest.join(', ')})`}.`;
}
