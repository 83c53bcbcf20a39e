/** Triage and info as text: the verdict first, in a sentence; then its basis. */
import { attachedText } from '../../shared/attachment.ts';
import { baseName } from '../../shared/base-name.ts';
import { cpuGroups, cpuNumbersText, mostSingleCpus, type CpuGroup } from '../../shared/cpu-groups.ts';
import { cpuCountText, cpuNumbering } from '../../shared/cpu-registers.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import type { CheckResult, Health } from '../../shared/check-model.ts';
import type { Finding, Info } from '../../shared/model.ts';
import type { TriageDump } from '../../shared/triage-model.ts';
import { diskText, dumpDeviceText } from '../../shared/disk-model.ts';
import { completenessText } from '../../shared/dump-completeness.ts';
import { packedText } from '../../shared/packed-copy.ts';
import { byteText } from '../../shared/units.ts';
import type { VerdictJson } from '../../shared/verdict-model.ts';
import { afterTitle, verdictRows } from '../../shared/verdict-text.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import { instructionAddress, instructionName, noNames, type PlaceNames } from '../../shared/place-names.ts';
import { formatTitle } from './catalogue-text.ts';
import { remedyText } from './remedy-text.ts';
import type { Style } from './style.ts';
import { columns } from './table.ts';

/** One line: what it is. */
export function headline(info: Info): string {
  const parts = [
    `${formatTitle(info.container.format)}${info.container.version === undefined ? '' : `, version ${info.container.version}`}`,
    info.container.complete === false ? completenessText(info).toUpperCase() : completenessText(info),
    // A capsule contains some of the pages of a dump, and no CPUs.
    ...(info.container.format === 'capsule' ? [`cited pages of ${byteText(info.memory.bytes)}`] : [byteText(info.memory.bytes), cpuCountText(info.machine)]),
    [info.machine.arch, info.machine.machineType === undefined ? undefined : `type ${info.machine.machineType}`, info.machine.hypervisor]
      .filter((part) => part !== undefined)
      .join(', '),
    info.kernel.release === undefined ? undefined : `Linux ${info.kernel.release}`,
    info.times.dumpStart === undefined ? undefined : `dumped ${info.times.dumpStart}`,
    info.times.crash === undefined
      ? undefined
      : `crashed ${info.times.crash}${info.provenance?.['/times/crash']?.trust === 'contradicted' ? ' (contradicted)' : ''}`,
  ];
  return visibleLine(parts.filter((part) => part !== undefined && part !== '').join(' · '));
}

export function healthLine(health: Health, style: Style): string {
  const parts = [
    style.ok(`${health.passed} passed`),
    health.failed > 0 ? style.bad(`${health.failed} failed`) : `${health.failed} failed`,
    `${health.notRecorded} not recorded`,
    health.unreadable > 0 ? style.warn(`${health.unreadable} unreadable`) : undefined,
    health.notApplicable > 0 ? style.dim(`${health.notApplicable} not applicable`) : undefined,
    health.notRun > 0 ? style.dim(`${health.notRun} not run`) : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

const mark = (passed: boolean | undefined, style: Style): string => (passed === undefined ? style.dim('-') : passed ? style.ok('✓') : style.bad('✗'));

const verdictText = (verdict: CheckResult['verdict'], style: Style): string => {
  switch (verdict) {
    case 'passed':
      return style.ok('passed');
    case 'failed':
      return style.bad('FAILED');
    case 'unreadable':
      return style.warn('unreadable');
    default:
      return style.dim(verdict.replaceAll('-', ' '));
  }
};

export function checkLines(checks: readonly CheckResult[], style: Style): string {
  const detail = ({ detail: why, remedy }: CheckResult): string => `${visibleLine(why)}${remedy === undefined ? '' : style.dim(` (${remedyText[remedy]})`)}`;
  return columns(checks.map((check) => [verdictText(check.verdict, style), check.id, detail(check)]));
}

export function findingLines(findings: readonly Finding[], style: Style): string {
  const colour = { error: style.bad, warning: style.warn, info: style.dim } as const;
  return columns(findings.map((finding) => [colour[finding.severity](finding.severity), finding.id, visibleLine(`${finding.title}: ${finding.detail}`)]));
}

export function verdictLines(verdict: VerdictJson, style: Style): string {
  const rows = verdictRows(verdict).map(([name, value], at, all) => [name === all[at - 1]?.[0] ? '' : style.dim(name), visibleLine(value)]);
  return columns(rows);
}

/** @param all a line for each, however many there are */
function cpuLines(dump: TriageDump, style: Style, names: PlaceNames, all: boolean): string {
  const { features = [] } = dump.info.machine;
  const numbering = cpuNumbering(dump.cpus);
  const grouped = !all && dump.cpus.length > mostSingleCpus;
  const crashPlace = (cpu: CpuJson): string => dump.crashPlaces?.find((place) => place.cpu === cpu.id)?.symbol ?? '';
  const groups = grouped ? cpuGroups(dump.cpus, crashPlace) : dump.cpus.map((cpu): CpuGroup => ({ key: '', cpus: [cpu] }));
  const rows = groups.map(({ cpus }) => {
    const [cpu] = cpus;
    const address = instructionAddress(cpu) ?? '';
    const before = crashPlace(cpu);
    const name = instructionName(cpu, names) ?? '';
    // The last functions are the same in every crash; their callers are not.
    const where = before === '' ? name : `${style.dim(name)} from ${visibleLine(before)}`;
    const numbers = `${cpuNumbersText(cpus, numbering)}${cpus.length > 1 ? ` (${cpus.length})` : ''}`;
    return [numbers, cpu.state ?? '', address, where, cpus.length > 1 ? '' : (cpu.prefix ?? ''), style.dim(`from ${cpu.source}`)];
  });
  const table = columns([
    [
      numbering === 'linuxCpu' ? 'CPU' : 'position',
      'state',
      features.includes('psw') ? 'PSW address' : 'instruction',
      '',
      features.includes('lowcore') ? 'prefix' : '',
      '',
    ].map((head) => style.dim(head)),
    ...rows,
  ]);
  return grouped ? `${table}\n${style.dim(`  ${dump.cpus.length} CPUs; those in the same state share a line; --all lists each`)}` : table;
}

const decisionWords: Readonly<Record<string, string>> = {
  'start-kdump': 'yes',
  'disabled-wait': 'no, it would have stopped in a disabled wait',
  unknown: 'cannot be determined from this dump',
};

/** Ranges of memory in the first screen. */
const shownRanges = 16;

export const titleText = (verdict: VerdictJson, style: Style): string => `${style.strong(visibleLine(verdict.title))}${visibleLine(afterTitle(verdict))}`;

/** The first screen. `names` are those of addresses in registers; `allCpus` gives each CPU a line, however many there are. */
export function triageText(dump: TriageDump, style: Style, names = noNames, allCpus = false): string {
  const { info, health } = dump;
  const lines = [style.strong(visibleLine(baseName(info.file.path))), `  ${headline(info)}`];
  const packed = packedText(info.container);
  if (packed !== undefined) lines.push(`  packed: ${info.container.copy === 'reused' ? style.warn(packed) : packed}`);
  const { disk, dumpDevice } = info.container;
  if (disk !== undefined) lines.push(`  disk: ${visibleLine(diskText(disk))}`);
  if (dumpDevice !== undefined) lines.push(`  prepared by zipl: ${visibleLine(dumpDeviceText(dumpDevice))}`);
  if (info.kernel.attached !== undefined) lines.push(`  attached: ${visibleLine(info.kernel.attached.map(attachedText).join(', '))}`);
  lines.push('', `  ${titleText(dump.verdict, style)}`);
  lines.push(`  ${healthLine(health, style)}`);
  if (dump.reason !== undefined) lines.push(`  ${visibleLine(dump.reason)}`);
  lines.push('', style.strong('  What happened'), verdictLines(dump.verdict, style));
  lines.push('', style.strong('  Checks'), checkLines(dump.checks, style));
  if (dump.panicKdump?.outcome === 'started') {
    lines.push('', style.strong('  Did kdump start? yes'));
    lines.push(columns(dump.panicKdump.steps.map((step) => [mark(step.passed, style), step.check, visibleLine(step.detail)])));
  } else if (dump.standaloneKdump !== undefined) {
    lines.push('', style.strong(`  Would a stand-alone kdump have started? ${decisionWords[dump.standaloneKdump.outcome] ?? dump.standaloneKdump.outcome}`));
    lines.push(columns(dump.standaloneKdump.steps.map((step) => [mark(step.passed, style), step.check, visibleLine(step.detail)])));
    if (dump.panicKdump === undefined && dump.checks.some(({ id, verdict }) => id === 'purgatory-sha256' && verdict === 'not-run'))
      lines.push(`  ${style.dim('Whether a panic would have started kdump depends on purgatory-sha256, which was not run: run verify.')}`);
  }
  if (dump.cpus.length > 0) lines.push('', style.strong('  CPUs'), cpuLines(dump, style, names, allCpus));
  lines.push('', style.strong('  Memory'));
  const ranges = info.memory.ranges.slice(0, shownRanges).map((range) => [range.start, '-', range.end, byteText(BigInt(range.end) - BigInt(range.start))]);
  if (info.memory.crashkernel !== undefined) {
    const { start, end } = info.memory.crashkernel;
    ranges.push([start, '-', end, `crashkernel ${byteText(BigInt(end) - BigInt(start))}`]);
  }
  lines.push(columns(ranges, '  ', [0, 2]));
  if (info.memory.rangeCount > shownRanges) lines.push(`  and ${info.memory.rangeCount - shownRanges} more ranges; ${byteText(info.memory.bytes)} in total`);
  if (info.findings.length > 0) lines.push('', style.strong('  Findings'), findingLines(info.findings, style));
  return `${lines.join('\n')}\n`;
}

/** Every fact with source and trust, then the findings. */
export function infoText(info: Info, style: Style): string {
  const provenance = info.provenance ?? {};
  const rows: string[][] = [];
  const walk = (value: unknown, pointer: string, name: string): void => {
    if (pointer === '/findings' || pointer === '/provenance' || pointer === '/schema' || pointer === '/tool') return;
    if (Array.isArray(value)) {
      value.forEach((item, index) => {
        walk(item, `${pointer}/${index}`, `${name}[${index}]`);
      });
      return;
    }
    if (typeof value === 'object' && value !== null) {
      const range = value as { start?: unknown; end?: unknown };
      if (typeof range.start === 'string' && typeof range.end === 'string') rows.push([name, `${range.start} - ${range.end}`, source(pointer)]);
      else for (const [key, member] of Object.entries(value)) walk(member, `${pointer}/${key}`, name === '' ? key : `${name}.${key}`);
      return;
    }
    rows.push([
      name,
      visibleLine(pointer === '/memory/bytes' || pointer === '/file/bytes' ? `${String(value)} (${byteText(Number(value))})` : String(value)),
      source(pointer),
    ]);
  };
  const source = (pointer: string): string => {
    const known = provenance[pointer];
    return known === undefined ? '' : style.dim(visibleLine(`${known.trust}: ${known.source}`));
  };
  walk(info, '', '');
  const findings = info.findings.length === 0 ? '' : `\n${findingLines(info.findings, style)}\n`;
  return `${columns(rows, '')}\n${findings}`;
}
