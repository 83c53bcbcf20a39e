import { cpuName, doubtfulIdentity } from '../../../shared/cpu-registers.ts';
import { numberRunsText } from '../../../shared/cpu-groups.ts';
import { missingText } from '../../../shared/analysis-text.ts';
import { defined } from '../../../shared/defined.ts';
import type { FrameJson, TraceJson } from '../../../shared/task-model.ts';
import { type Block, heading, marked, mono, paragraph, type Piece, quoted, table } from '../blocks.ts';
import type { ReportBacktraces } from '../report-model.ts';
import type { ReportSection } from './section.ts';

const mostFrames = 64;
const marks: Readonly<Record<FrameJson['kind'], string>> = {
  running: 'at ',
  link: 'called from ',
  return: '',
  interrupted: 'interrupted at ',
  guess: 'perhaps ',
};

const nameOf = ({ symbol, hidden }: FrameJson): Piece =>
  symbol === undefined ? (hidden === undefined ? 'no name known' : 'hidden by a tracer') : mono(symbol);

function title({ cpu, linuxCpu, task, crashed }: TraceJson, numbering: ReportBacktraces['numbering']): readonly Piece[] {
  const where = cpu === undefined ? [] : [numbering === 'linuxCpu' ? `CPU ${cpu}` : cpuName({ id: cpu, ...defined({ linuxCpu }) }, numbering)];
  const who = task === undefined ? [] : [where.length === 0 ? '' : ': ', quoted(task.comm), task.pid === undefined ? '' : ` (pid ${task.pid})`];
  return [...(crashed === true ? [marked('bad', 'crashed'), ' '] : []), ...where, ...who];
}

const sameText = (cpus: readonly number[], numbering: ReportBacktraces['numbering']): string => {
  const one = cpus.length === 1;
  const who = numbering === 'linuxCpu' ? (one ? 'CPU' : 'CPUs') : one ? 'the CPU at position' : 'the CPUs at positions';
  return `Idle tasks with the same functions on the stack: ${who} ${numberRunsText(cpus)}${one ? '' : ` (${cpus.length} CPUs)`}.`;
};

/** @param same CPUs whose idle tasks have the same stack */
function traceBlocks(trace: TraceJson, numbering: ReportBacktraces['numbering'], same: readonly number[]): readonly Block[] {
  const { frames, detail, end } = trace;
  const doubt = doubtfulIdentity(trace);
  const isShort = end === 'broken' || end === 'partial';
  const frameTable = table(
    [
      ['#', 'number'],
      ['Function', 'mono'],
      ['Address', 'mono'],
      ['Stack', 'text'],
    ],
    frames.map((frame, at) => [String(at), [marks[frame.kind], nameOf(frame)], mono(frame.address), quoted(frame.stack ?? '')]),
    mostFrames,
  );
  return [
    heading(title(trace, numbering)),
    ...(doubt === undefined ? [] : [paragraph(quoted(doubt), 'doubtful' as const)]),
    ...(frames.length === 0 ? [] : [frameTable]),
    paragraph(quoted(detail), isShort ? 'doubtful' : 'plain'),
    ...(same.length === 0 ? [] : [paragraph(sameText(same, numbering))]),
  ];
}

export const backtracesSection: ReportSection = {
  id: 'backtraces',
  title: 'Backtraces',
  about: 'the stack of the CPU that crashed, then those of the other CPUs; idle tasks with the same functions share one',
  byDefault: true,
  parts: ['backtraces'],
  content({ backtraces }) {
    if (backtraces === undefined) return [];
    if ('why' in backtraces) return [paragraph(['Stacks cannot be followed: ', quoted(backtraces.why)])];
    const { traces, numbering, sameStacks, missing, leftOut } = backtraces;
    return [
      ...traces.flatMap((trace, at) => traceBlocks(trace, numbering, sameStacks.find((one) => one.trace === at)?.cpus ?? [])),
      ...(leftOut === 0 ? [] : [paragraph(`The stacks of ${leftOut} more ${leftOut === 1 ? 'CPU' : 'CPUs'} are left out.`)]),
      ...missing.map((one) => paragraph(['Not known: ', quoted(missingText(one))], 'doubtful')),
    ];
  },
};
