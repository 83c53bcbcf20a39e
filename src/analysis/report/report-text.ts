/** What the formats for people share: the facts in their order, places, findings, decisions, and texts that stay texts. */
import { missingText } from '../../shared/analysis-text.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import { attachedText } from '../../shared/attachment.ts';
import { diskText, dumpDeviceText } from '../../shared/disk-model.ts';
import { archivedText } from '../../shared/packed-copy.ts';
import { completenessText } from '../../shared/dump-completeness.ts';
import { plural } from '../../shared/count-text.ts';
import { byteText } from '../../shared/units.ts';
import { cpuCountText, cpuName, cpuNumbering } from '../../shared/cpu-registers.ts';
import type { Annotation } from '../../shared/annotation-model.ts';
import type { DamageEntry, Step } from '../../shared/check-model.ts';
import type { Finding } from '../../shared/model.ts';
import { quoted, type Text } from './blocks.ts';
import type { ReportAnalysis, ReportModel } from './report-model.ts';

/** A line of this length is not a line any more. The JSON report holds all of it. */
const maxText = 4096;

/** Ranges that a report names. */
const namedRanges = 16;

function rangesText({
  ranges,
  rangeCount,
}: {
  readonly ranges: readonly { readonly start: string; readonly end: string }[];
  readonly rangeCount: number;
}): string {
  const named = ranges.slice(0, namedRanges).map(({ start, end }) => `${start}-${end}`);
  return rangeCount > named.length ? `${rangeCount} ranges: ${named.join(', ')} and ${rangeCount - named.length} more` : named.join(', ');
}

/** Text from a dump as it may be shown: nothing in it is invisible, it is one line, and what is endless is cut with an explanation. */
export function reportText(text: string): string {
  if (text.length <= maxText) return visibleLine(text);
  // Not between the halves of a surrogate pair.
  const kept = text.slice(0, maxText).replace(/[\ud800-\udbff]$/, '');
  return `${visibleLine(kept)} (${text.length - kept.length} more characters)`;
}

/** What a document is called. */
export const documentTitle = ({ fileName, comparison }: ReportModel): Text =>
  comparison === undefined ? ['Crash dump report: ', quoted(fileName)] : ['Comparison of ', quoted(fileName), ' with ', quoted(comparison.with.fileName)];

const noDigest = (why: string | undefined): string | undefined => (why === undefined ? undefined : `none: ${why}`);

/** What rules took out, in a line. */
function redactedText({ redacted }: ReportModel): string | undefined {
  const rules = redacted?.rules.map(({ title, values, places }) => `${title}: ${plural(values, 'value')} in ${plural(places, 'place')}`);
  return rules?.join('; ');
}

/** Names and values of the facts of a report; values are hostile text. */
export function reportFacts(report: ReportModel): readonly (readonly [name: string, value: string])[] {
  const { info } = report;
  const { container, machine, memory, kernel, times } = info;
  const list: readonly (readonly [string, string | undefined])[] = [
    ['File', `${report.fileName}, ${byteText(info.file.bytes)}`],
    ['Identity', report.identity],
    ['SHA-256 of the file', report.digests.file ?? noDigest(report.digestsMissing?.file)],
    ['Memory root', report.digests.memoryRoot ?? noDigest(report.digestsMissing?.memoryRoot)],
    ['Format', `${container.format}${container.version === undefined ? '' : `, version ${container.version}`}`],
    ['Written by', container.producer],
    ['From the archive', archivedText(container)],
    ['Disk', container.disk === undefined ? undefined : diskText(container.disk)],
    ['Prepared by zipl', container.dumpDevice === undefined ? undefined : dumpDeviceText(container.dumpDevice)],
    ['Complete', container.complete === false ? `no, ${completenessText(info)}` : container.complete === undefined ? 'not known' : 'yes'],
    [
      'Machine',
      [machine.arch, machine.machineType && `type ${machine.machineType}`, machine.serial && `serial ${machine.serial}`, machine.hypervisor]
        .filter(Boolean)
        .join(', '),
    ],
    ['CPUs', cpuCountText(machine)],
    ['Memory', `${byteText(memory.bytes)} in ${rangesText(memory)}`],
    ['Crashkernel', memory.crashkernel === undefined ? undefined : `${memory.crashkernel.start}-${memory.crashkernel.end}`],
    ['Kernel', [kernel.release, kernel.version].filter(Boolean).join(' ')],
    ['Attached', kernel.attached?.map(attachedText).join(', ')],
    ['Node name', kernel.nodename],
    ['Redacted', redactedText(report)],
    ['Dump started', times.dumpStart],
    ['Dump ended', times.dumpEnd],
    ['Crashed', times.crash],
  ];
  return list.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]));
}

export function placeText(where: NonNullable<Finding['where']>): string {
  return 'space' in where ? `${where.space}:${where.start}-${where.end}` : `file:0x${where.fileOffset.toString(16)} + ${where.bytes}`;
}

/** Where an annotation lies: `real(1):0x200-0x208`. */
export const annotationPlace = ({ space, cpu, start, end }: Annotation): string => `${space}${cpu === undefined ? '' : `(${cpu})`}:${start}-${end}`;

/** The findings of container and checks, each once. */
export function reportFindings(report: ReportModel): readonly Finding[] {
  const seen = new Set<string>();
  return [...report.info.findings, ...report.checks.flatMap((check) => check.findings ?? [])].filter(({ id, detail }) => {
    const key = `${id}\0${detail}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

interface ReportDecision {
  readonly question: string;
  readonly outcome: string;
  readonly steps: readonly Step[];
}

/** The three decisions, each with its steps; none is derived from another. */
export function reportDecisions(report: ReportModel): readonly ReportDecision[] {
  const list = [
    ['Would a panic have started kdump?', report.panicKdump],
    ['Would a stand-alone kdump have started?', report.standaloneKdump],
    ['What would the two-stage dump have done?', report.twoStage],
  ] as const;
  return list.flatMap(([question, decision]) => (decision === undefined ? [] : [{ question, outcome: decision.outcome, steps: decision.steps }]));
}

/** Facts with trust and source, in the order of the tree: what cannot be trusted is said. */
export function reportTrust(report: ReportModel): readonly { readonly fact: string; readonly trust: string; readonly source: string }[] {
  return Object.entries(report.info.provenance ?? {}).map(([pointer, { trust, source }]) => ({ fact: pointer.slice(1).replaceAll('/', '.'), trust, source }));
}

/** What lies at a damaged place, in a line. */
export function damageText(report: ReportModel, { structures, cpus }: DamageEntry): string {
  const numbering = cpuNumbering(report.cpus);
  const names = cpus.flatMap((id) => report.cpus.filter((cpu) => cpu.id === id).map((cpu) => cpuName(cpu, numbering)));
  return [...structures, ...names].join(', ');
}

/** Rows of an analysis that formats for people show; the JSON report holds all of them. */
const mostRows = 1000;

export interface ShownAnalysis {
  /** Of which a row knows something. */
  readonly columns: ReportAnalysis['columns'];
  readonly rows: ReportAnalysis['rows'];
  /** What is to know of them: rows that are left out, what could not be read. */
  readonly notes: readonly string[];
}

export function shownAnalysis({ columns, rows, note, missing }: ReportAnalysis): ShownAnalysis {
  const more = rows.length - mostRows;
  return {
    columns: columns.filter(({ name }) => rows.some((row) => row[name] !== undefined)),
    rows: rows.slice(0, mostRows),
    notes: [
      ...(note === undefined ? (rows.length === 0 ? ['no rows'] : []) : [note]),
      ...(more > 0 ? [`${more} more rows are in the JSON report`] : []),
      ...missing.map((one) => `not known: ${missingText(one)}`),
    ],
  };
}
