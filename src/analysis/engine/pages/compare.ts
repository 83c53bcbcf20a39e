/** `compare`: compares two open dumps: sees to their indexes, compares pages and structures, and keeps the last comparisons. */
import type * as v from 'valibot';
import { defined } from '../../../shared/defined.ts';
import { basename } from 'node:path';
import type { AnalysisRequest } from '../../../shared/analysis-protocol.ts';
import type { CompareJson, CompareRemark } from '../../../shared/compare-model.ts';
import type { compareMethods } from '../../../shared/compare-protocol.ts';
import { isDumpError } from '../../../shared/dump-error.ts';
import type { IgnoreRules } from '../../../shared/ignore-rules.ts';
import type { MemoryView } from '../../../shared/model.ts';
import type { CallContext, Handlers } from '../../../shared/rpc.ts';
import type { ScanProgress } from '../../../shared/scan-progress.ts';
import { pageSize } from '../../../shared/units.ts';
import { compareByBytes, confirmByBytes } from '../../compare/by-bytes.ts';
import { timeOrder, type RecordedMoment } from '../../compare/time-order.ts';
import { compareByFingerprint, type CompareOptions } from '../../compare/by-fingerprint.ts';
import { differenceList } from '../../compare/difference-list.ts';
import { compareJson, comparison, type Comparison, type ComparisonSide, type PagesCompared } from '../../compare/compare-dumps.ts';
import { movedPages } from '../../compare/moved-pages.ts';
import { indexColumn, type PageColumn } from '../../compare/page-column.ts';
import { pairRunsBuilder } from '../../compare/pair-runs.ts';
import { IndexBusy, IndexDamaged, IndexError } from '../../page-index/index-error.ts';
import type { IndexReader } from '../../page-index/index-reader-type.ts';
import { pageExtents } from '../../page-index/page-extents.ts';
import { classVersion, fingerprintAlgorithm } from '../../page-index/page-job.ts';
import { readIndex } from '../../page-index/store.ts';
import { viewWindows } from '../../memory/view.ts';
import { reportComparison } from '../../report/report-comparison.ts';
import type { ReportComparison } from '../../report/report-model.ts';
import { comparedAnalyses } from '../kernel/analyses.ts';
import { indexPathOf, isTrusted, trustOf } from './dump-index.ts';
import { indexPages } from './index-pages.ts';
import { describeLowcores } from '../machine/lowcore.ts';
import type { Session } from '../session/session.ts';
import { notesOf } from '../machine/notes.ts';
import { describeOsInfo } from '../machine/osinfo.ts';
import { describeRegions } from '../machine/regions.ts';
import { describeDump } from '../triage/info.ts';
import { lookForCpus } from '../kernel/look-for-cpus.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

type Scan = CallContext<ScanProgress>;

export interface CompareSettings {
  readonly exact: boolean;
  /** Pages that the right dump's addresses are higher by. */
  readonly shift: number;
  readonly rules: IgnoreRules | undefined;
}

/** @throws DumpError, RequestError or Cancelled */
export async function compareSessions(left: Session, right: Session, settings: CompareSettings, scan: Scan): Promise<Comparison> {
  const { shift } = settings;
  const pages = settings.exact || haveOneIndex(left, right) ? await bytesCompared(left, right, shift, scan) : await indexesOrBytes(left, right, shift, scan);
  const sides = [await sideOf(left, scan.signal), await sideOf(right, scan.signal)] as const;
  return comparison(...sides, pages, shift, settings.rules);
}

/** One index would answer for both, so it could only say that they are equal. */
const haveOneIndex = (left: Session, right: Session): boolean => left.identity === right.identity && left.dumpKey === right.dumpKey;

const oneKeyText =
  'both have the same identity (format, size, headers and notes) and the same dump key (sampled pages), as a copy or a damaged copy has, and indexes are stored under these: every byte was compared';

/** The comparison that a report carries. */
export async function comparisonOf(
  left: Session,
  right: Session,
  { analyses, ...settings }: CompareSettings & { readonly analyses: readonly AnalysisRequest[] },
  scan: Scan,
): Promise<ReportComparison> {
  const rows = await comparedAnalyses(left, right, analyses, scan);
  const answer = compareJson(await compareSessions(left, right, settings, scan), usualRanges);
  return reportComparison(rows.length === 0 ? answer : { ...answer, analyses: [...rows] });
}

const options = (shift: number, { signal, progress }: Scan): CompareOptions & { moved: NonNullable<CompareOptions['moved']> } => ({
  shift,
  signal,
  progress: (done, total) => progress({ phase: 'compare', done, total, unit: 'pages' }),
  moved: movedPages(shift),
});

async function bytesCompared(left: Session, right: Session, shift: number, scan: Scan): Promise<PagesCompared> {
  const chosen = options(shift, scan);
  const runs = await compareByBytes(left.image.memory, right.image.memory, chosen);
  const moved = await chosen.moved.find(confirmByBytes(left.image.memory, right.image.memory));
  // Asked for or not: who sees that nothing differs should know why that is certain.
  const isCopy = left.path !== right.path && haveOneIndex(left, right);
  return { method: 'exact', runs, moved: moved?.length, ...(isCopy ? { remarks: [{ kind: 'same-identity', text: oneKeyText }] } : {}) };
}

/** An index that cannot be written or read is not a reason to leave two dumps uncompared: reading every byte takes longer, and needs none. */
async function indexesOrBytes(left: Session, right: Session, shift: number, scan: Scan): Promise<PagesCompared> {
  try {
    return await indexesCompared(left, right, shift, scan);
  } catch (error) {
    if (!(error instanceof IndexError) || error instanceof IndexBusy) throw error;
    const compared = await bytesCompared(left, right, shift, scan);
    return { ...compared, remarks: [...(compared.remarks ?? []), { kind: 'no-index', text: `every byte was compared: ${error.message}` }] };
  }
}

async function indexesCompared(left: Session, right: Session, shift: number, scan: Scan): Promise<PagesCompared> {
  try {
    return await columnsCompared(left, right, shift, scan);
  } catch (error) {
    if (!(error instanceof IndexDamaged)) throw error;
    // Opening a damaged index for building replaces it.
    for (const session of [left, right]) await indexPages(session.inView('all'), { digest: false, rebuild: false }, scan.signal, scan.progress);
    return columnsCompared(left, right, shift, scan);
  }
}

async function columnsCompared(left: Session, right: Session, shift: number, scan: Scan): Promise<PagesCompared> {
  const { reader: leftIndex, remark: ofLeft } = await completeIndex(left, 'left', scan);
  try {
    const { reader: rightIndex, remark: ofRight } = await completeIndex(right, 'right', scan);
    const remarks = [ofLeft, ofRight].flatMap((remark) => remark ?? []);
    try {
      const [one, other] = [columnOf(leftIndex, left), columnOf(rightIndex, right)];
      if (one.algorithm !== other.algorithm) {
        const refused = { kind: 'fingerprint-algorithm', left: one.algorithm, right: other.algorithm } as const;
        return { method: 'fingerprint', runs: pairRunsBuilder(0).finish(), moved: undefined, refused };
      }
      const chosen = options(shift, scan);
      const runs = await compareByFingerprint(one, other, chosen);
      const moved = await chosen.moved.find();
      return { method: 'fingerprint', runs, moved: moved?.length, remarks };
    } finally {
      rightIndex.close();
    }
  } finally {
    leftIndex.close();
  }
}

function columnOf(index: IndexReader, session: Session): PageColumn {
  const { view, twoSystems } = session;
  if (view === 'all' || twoSystems === undefined) return indexColumn(index);
  return indexColumn(index, viewWindows(view, twoSystems, session.inView('all').image.memory.end));
}

/** The index of a dump, built or completed first where need be. */
async function completeIndex(session: Session, side: 'left' | 'right', { signal, progress }: Scan): Promise<UsedIndex> {
  const path = indexPathOf(session);
  const known = wholeIndex(path, session);
  if (known !== undefined) return { reader: known };
  const made = await indexPages(session.inView('all'), { digest: false, rebuild: false }, signal, (value) => progress({ ...value, side }));
  const reader = readIndex(made.indexPath, session);
  const text =
    made.confirmed === undefined ? made.unconfirmed : `${made.confirmed.why}; a sample of ${made.confirmed.pages} of ${made.confirmed.of} pages agrees with it`;
  return { reader, ...(text === undefined ? {} : { remark: { kind: 'other-files', text: `the ${side} dump: ${text}` } }) };
}

interface UsedIndex {
  readonly reader: IndexReader;
  /** Where it was not made from the files that are compared. */
  readonly remark?: CompareRemark;
}

/** An index as it lies there, if it needs no work. */
function wholeIndex(path: string, session: Session): IndexReader | undefined {
  let reader: IndexReader | undefined;
  try {
    reader = readIndex(path, session);
    const header = reader.header();
    const { totalPages } = pageExtents(session.inView('all').image.memory);
    const known = isTrusted(trustOf(reader, session));
    if (
      known &&
      header.complete &&
      header.totalPages === totalPages &&
      header.fingerprintAlgorithm === fingerprintAlgorithm &&
      header.classVersion === classVersion
    )
      return reader;
  } catch (error) {
    // No index, or none that can be read: building it says what is wrong, if something is.
    if (!(error instanceof Error)) throw error;
  }
  reader?.close();
  return undefined;
}

/** What a session does not have is undefined, and so are structures that cannot be read. */
async function held<T>(describe: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await describe();
  } catch (error) {
    if (isDumpError(error)) return undefined;
    throw error;
  }
}

async function sideOf(session: Session, signal: AbortSignal): Promise<ComparisonSide> {
  await lookForCpus(session, signal);
  const lowcores = (await held(() => describeLowcores(session, {})))?.cpus ?? [];
  const vmcoreinfo = session.knownVmcoreinfo;
  const info = describeDump(session);
  return {
    name: { file: basename(session.path), identity: session.identity },
    memory: session.image.memory,
    info,
    cpus: machineCpus(session).cpus,
    lowcores,
    osInfo: await held(() => describeOsInfo(session, signal)),
    vmcoreinfo: vmcoreinfo === undefined ? undefined : Object.fromEntries(vmcoreinfo.entries),
    regions: describeRegions(session).regions,
    ranges: info.memory.ranges,
    notes: { [Symbol.iterator]: () => notesOf(session), at: (index) => notesOf(session, index).next().value },
    moments: momentsOf(info, lowcores),
  };
}

/** What a dump knows of when it was taken, from headers and lowcores alone. */
async function sessionMoments(session: Session, signal: AbortSignal): Promise<readonly RecordedMoment[]> {
  await lookForCpus(session, signal);
  return momentsOf(describeDump(session), (await held(() => describeLowcores(session, {})))?.cpus ?? []);
}

/** The lowcores tell to the microsecond when each CPU last looked at its clock; other sources are the container's times. */
function momentsOf(info: ComparisonSide['info'], lowcores: ComparisonSide['lowcores']): ComparisonSide['moments'] {
  const clocks = lowcores.flatMap(({ fields, id, linuxCpu }) => {
    const iso = fields.find(({ name }) => name === 'last_update_clock')?.text;
    return iso === undefined || !/^\d{4}-.*Z$/.test(iso) ? [] : [{ clock: 'lowcore' as const, iso, ...defined({ cpu: linuxCpu ?? id }) }];
  });
  const { dumpStart, crash } = info.times;
  return [
    ...clocks.sort((one, other) => (one.iso < other.iso ? 1 : -1)),
    ...(dumpStart === undefined ? [] : [{ clock: 'dump-start' as const, iso: dumpStart }]),
    ...(crash === undefined ? [] : [{ clock: 'crash' as const, iso: crash }]),
  ];
}

/** Changed ranges in one answer unless more or fewer are asked for: a million of them take 60 MiB as JSON. */
const usualRanges = 100_000;
const keptComparisons = 4;
/** Of their runs; the newest is kept whatever it takes. */
const keptBytes = 64 * 2 ** 20;

type Methods = typeof compareMethods;
type Request = Omit<v.InferOutput<Methods['compare']['params']>, 'maxRanges' | 'analyses'>;

/** Handlers of the methods over two dumps. @param sessionOf the open dump of a handle */
export function compareHandlers(sessionOf: (dump: string, view?: MemoryView) => Session): Handlers<Methods> {
  const kept = new Map<string, Comparison>();

  const compared = async (request: Request, scan: Scan): Promise<Comparison> => {
    const { left, right, leftView, rightView, exact = false, shift = 0, rules } = request;
    // First, so that a comparison of a closed dump is none.
    const [one, other] = [sessionOf(left, leftView), sessionOf(right, rightView)];
    const key = JSON.stringify([left, right, one.view, other.view, exact, shift, rules]);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = await compareSessions(one, other, { exact, shift: shift / pageSize, rules }, scan);
    kept.set(key, made);
    let bytes = 0;
    for (const { runs } of kept.values()) bytes += runs.bytes;
    for (const [oldest, { runs }] of kept) {
      if (oldest === key || (kept.size <= keptComparisons && bytes <= keptBytes)) break;
      kept.delete(oldest);
      bytes -= runs.bytes;
    }
    return made;
  };

  return {
    async compareTimes({ left, right, leftView, rightView }, { signal }) {
      return timeOrder(await sessionMoments(sessionOf(left, leftView), signal), await sessionMoments(sessionOf(right, rightView), signal));
    },
    async compare({ maxRanges, analyses = [], ...request }, scan): Promise<CompareJson> {
      // A wrong name or parameter says so before the pages are compared.
      const rows = await comparedAnalyses(sessionOf(request.left, request.leftView), sessionOf(request.right, request.rightView), analyses, scan);
      const answer = compareJson(await compared(request, scan), maxRanges ?? usualRanges);
      return rows.length === 0 ? answer : { ...answer, analyses: [...rows] };
    },
    async compareRanges({ first, from, most, ...request }, scan) {
      const found = await compared(request, scan);
      const list = differenceList(found.runs);
      const start = first ?? (from === undefined ? 0 : list.positionFrom(from));
      const { complete, end } = found.runs;
      return { total: list.total, complete, end: BigInt(Math.max(end, 0)) * BigInt(pageSize), ranges: list.slice(start, most) };
    },
    async compareStrip({ start, end, buckets, ...request }, scan) {
      const { runs } = await compared(request, scan);
      const page = BigInt(pageSize);
      const first = start / page;
      const pages = end > start ? (end + page - 1n) / page - first : 0n;
      const edge = (index: number): number => Number(first + (pages * BigInt(index)) / BigInt(buckets));
      return { buckets: Array.from({ length: buckets }, (_, index) => runs.count(edge(index), edge(index + 1))) };
    },
  };
}
