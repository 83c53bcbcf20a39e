/** What a report reads of a dump only where one of its sections shows it. What cannot be read says why. */
import { doubtfulIdentity } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import { isDumpError } from '../../../shared/dump-error.ts';
import { logTail } from '../../../shared/log-tail.ts';
import { sumCounts } from '../../../shared/memory-kinds.ts';
import type { TraceJson } from '../../../shared/task-model.ts';
import type { CheckResult } from '../../../shared/check-model.ts';
import type { CheckBytes, ReportBacktraces, ReportLog, ReportLowcore, ReportModel, ReportPart, Unread } from '../../report/report-model.ts';
import { architectures } from '../../arch/index.ts';
import { readMemory, type ReadAnswer } from '../bytes/read.ts';
import { describeBacktrace } from '../kernel/backtrace.ts';
import { describeLog } from '../kernel/dmesg.ts';
import { describeLowcores } from '../machine/lowcore.ts';
import { stripOfAll, stripWithoutIndex } from '../pages/strip.ts';
import type { Session } from '../session/session.ts';

/** Records of the log, and of them below the line that says why the system died. */
const logLines = 60;
const linesAfter = 25;
/** Stacks that are shown, that of the CPU that crashed among them. */
const mostTraces = 32;
/** Lowcores that are summed up. */
const mostLowcores = 64;
const stripBuckets = 340;
/** Bytes of a place, and places of a check. */
const mostBytes = 64;
const mostPlaces = 2;

const lowcoreFields: ReadonlySet<string> = new Set([
  'pgm_code',
  'pgm_ilc',
  'trans_exc_code',
  'pgm_last_break',
  'program_old_psw',
  'external_old_psw',
  'io_old_psw',
  'mcck_old_psw',
  'restart_old_psw',
  'current_task',
]);

/** The reason without the file: a report says which dump, not where it lay. @throws what is not a DumpError */
async function orWhy<T>(read: () => T | Promise<T>): Promise<T | Unread> {
  try {
    return await read();
  } catch (error) {
    if (isDumpError(error)) return { why: error.what };
    throw error;
  }
}

async function logOf(session: Session, signal: AbortSignal): Promise<ReportLog> {
  const { source, records, lost } = await describeLog(session, signal);
  const { death, before, after, records: shown } = logTail(records, logLines, linesAfter);
  return { source, records: shown, ...defined({ death }), before, after, lost };
}

/** The one that crashed first, then those that ran another task than the idle one: of hundreds of idle stacks one says as much as all. */
const rank = ({ crashed, task }: TraceJson): number => (crashed === true ? 0 : task?.pid === 0 ? 2 : 1);

/** The same for idle tasks with the same functions on their stacks; undefined for any other, and where it is in doubt whose stack it is. */
function idleKey(trace: TraceJson): string | undefined {
  const { cpu, task, crashed, end, frames, system } = trace;
  if (cpu === undefined || task?.pid !== 0 || crashed === true || doubtfulIdentity(trace) !== undefined) return undefined;
  return JSON.stringify([end, system, frames.map(({ kind, symbol, address, stack }) => [kind, symbol ?? address, stack])]);
}

async function backtracesOf(session: Session, signal: AbortSignal): Promise<ReportBacktraces> {
  const { numbering, traces, missing } = await describeBacktrace(session, {}, signal);
  const shown: TraceJson[] = [];
  const same = new Map<string, { readonly trace: number; readonly cpus: number[] }>();
  let leftOut = 0;
  for (const trace of traces.toSorted((a, b) => rank(a) - rank(b))) {
    const key = idleKey(trace);
    const known = key === undefined ? undefined : same.get(key);
    if (known !== undefined && trace.cpu !== undefined) known.cpus.push(trace.cpu);
    else if (shown.length === mostTraces) leftOut += 1;
    else {
      if (key !== undefined) same.set(key, { trace: shown.length, cpus: [] });
      shown.push(trace);
    }
  }
  return { numbering, traces: shown, sameStacks: [...same.values()].filter(({ cpus }) => cpus.length > 0), missing, leftOut };
}

function lowcoresOf(session: Session): readonly ReportLowcore[] {
  return describeLowcores(session, {})
    .cpus.slice(0, mostLowcores)
    .map(({ id, linuxCpu, prefix, layout: { name, confidence }, fields }) => ({
      ...defined({ id, linuxCpu }),
      prefix,
      layout: { name, confidence },
      fields: fields
        .filter((field) => lowcoreFields.has(field.name) && field.value !== undefined)
        .map((field) => ({ name: field.name, ...defined({ value: field.value, text: field.text }) })),
    }));
}

/** The first bytes of a place; undefined where none of them are in the dump. */
function bytesAt(session: Session, where: CheckBytes['where']): Pick<CheckBytes, 'hex' | 'bytes'> | undefined {
  const bytes = 'space' in where ? Number(BigInt(where.end) - BigInt(where.start)) : where.bytes;
  const length = Math.min(bytes, mostBytes);
  const [space, address] = 'space' in where ? [where.space, BigInt(where.start)] : (['file', BigInt(where.fileOffset)] as const);
  let read: ReadAnswer;
  try {
    read = readMemory(session, { space, address, length });
  } catch (error) {
    if (isDumpError(error)) return undefined;
    throw error;
  }
  if (read.data.length === 0 || read.absent.length > 0) return undefined;
  return { hex: Buffer.from(read.data).toString('hex'), bytes };
}

function checkBytesOf(session: Session, checks: readonly CheckResult[]): readonly CheckBytes[] {
  return checks
    .filter(({ verdict }) => verdict === 'failed')
    .flatMap(({ id, ranges = [] }) =>
      ranges.slice(0, mostPlaces).flatMap((where) => {
        const bytes = bytesAt(session, where);
        return bytes === undefined ? [] : [{ check: id, where, ...bytes }];
      }),
    );
}

/** What pages hold only where this report read all of them: what lies in this machine's cache makes no difference. */
async function pagesOf(session: Session, isRead: boolean, signal: AbortSignal): Promise<Pick<ReportModel, 'pages' | 'strip'>> {
  const range = { start: 0n, end: session.memory.end, buckets: stripBuckets };
  const { buckets } = isRead ? await stripOfAll(session, range, signal) : stripWithoutIndex(session, range);
  return { pages: sumCounts(buckets), strip: buckets };
}

type Parts = Pick<ReportModel, 'checkBytes' | 'lowcores' | 'pages' | 'strip' | 'log' | 'backtraces'>;

/** @throws Cancelled */
export async function readReportParts(
  session: Session,
  wanted: ReadonlySet<ReportPart>,
  { checks, isRead }: { readonly checks: readonly CheckResult[]; readonly isRead: boolean },
  signal: AbortSignal,
): Promise<Parts> {
  const hasLowcores = architectures[session.image.machine.arch].features.has('lowcore');
  const lowcores = wanted.has('lowcores') && hasLowcores ? await orWhy(() => lowcoresOf(session)) : undefined;
  const checkBytes = wanted.has('checkBytes') ? checkBytesOf(session, checks) : [];
  return {
    ...(checkBytes.length === 0 ? {} : { checkBytes }),
    ...(lowcores === undefined || 'why' in lowcores ? {} : { lowcores }),
    ...(wanted.has('pages') ? await pagesOf(session, isRead, signal) : {}),
    ...(wanted.has('log') ? { log: await orWhy(() => logOf(session, signal)) } : {}),
    ...(wanted.has('backtraces') ? { backtraces: await orWhy(() => backtracesOf(session, signal)) } : {}),
  };
}
