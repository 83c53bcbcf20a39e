/** `export`: writes the memory of a dump into a new file of another format, and reads that again. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { openResumable, partialPaths, type ResumableOutput } from '../../../files/resumable-output.ts';
import { checkOutput } from '../../../files/output-place.ts';
import { DumpError, isDumpError } from '../../../shared/dump-error.ts';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import { filterLevels, type ExportJson } from '../../../shared/export-model.ts';
import { failed, type Missing } from '../../../shared/result.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { RequestError, type CallContext } from '../../../shared/rpc.ts';
import { defined } from '../../../shared/defined.ts';
import { hex, pageSize } from '../../../shared/units.ts';
import { runExport, type ExportResult } from '../../export/export-job.ts';
import type { ExportPlan } from '../../export/export-plan.ts';
import { openWith } from '../../export/open-with.ts';
import { exportWriters } from '../../export/writers.ts';
import { openDumpInSteps } from '../../formats/index.ts';
import { paced } from '../../jobs/steps.ts';
import { memoryRootVersion } from '../../memory-tree/digest.ts';
import { IndexBusy, IndexError } from '../../page-index/index-error.ts';
import { lockWriter } from '../../page-index/index-lock.ts';
import { rootOfMemory } from '../../page-index/root-of-memory.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import type { Session } from '../session/session.ts';
import { toolVersion } from '../tool.ts';
import { exportPlan, type ExportRequest } from './plan.ts';
import { writtenExport } from './written-export.ts';

type Context = CallContext<ScanProgress>;

/** What the kernel was read by where it is not what the note of the export says. */
function attachedText({ attached }: Session): readonly Missing[] {
  return attached.flatMap(({ path, vmcoreinfo }) =>
    vmcoreinfo?.differs === undefined
      ? []
      : [
          failed(
            `the attached ${basename(path)}`,
            `the export keeps the dump's own vmcoreinfo; the kernel was read by the attached text: ${vmcoreinfo.differs}`,
          ).missing,
        ],
  );
}

/** Of what decides the bytes of an export: the same command on the same files continues with what it began. */
function keyOf(session: Session, request: ExportRequest): string {
  const { output: _, readBack: __, ...asked } = request;
  const stamps = session.states().map(({ path, stamp }) => [path, stamp]);
  const attached = session.attached.map(({ kind, path }) => [kind, path]);
  const parts = [toolVersion, session.identity, session.dumpKey, stamps, attached, session.view, asked];
  return createHash('sha256')
    .update(JSON.stringify(parts, (_key, value: unknown) => (typeof value === 'bigint' ? hex(value) : value)))
    .digest('hex');
}

/** Two processes must not write one file. @returns gives the lock back */
async function lockOutput(path: string, signal: AbortSignal): Promise<() => void> {
  try {
    return await lockWriter({ path: partialPaths(path).partial, waitMilliseconds: 0, signal });
  } catch (error) {
    // Without a folder for locks nothing holds off another process, and an export needs no cache.
    if (error instanceof IndexError && !(error instanceof IndexBusy)) return () => undefined;
    if (!(error instanceof IndexBusy)) throw error;
    throw new DumpError('io', { file: path }, 'another process writes this export now', 'another name for the output');
  }
}

/** What was written, as a source of bytes. */
function writtenSource(output: ResumableOutput, bytes: number): ByteSource {
  return { name: output.path, size: bytes, readInto: (offset, target) => output.read(offset, target) };
}

/** The memory root of the export as it is read from the file. @throws DumpError corrupt where that is another one */
async function readAgain(output: ResumableOutput, result: ExportResult, { signal, progress }: Context): Promise<string> {
  const image = await paced(openDumpInSteps(writtenSource(output, result.bytes)), signal);
  const root = await rootOfMemory(image.memory, signal, (done, total) => {
    progress({ phase: 'digest', about: 'the export', done, total, unit: 'pages' });
  });
  if (root === result.memoryRoot) return root;
  output.abandon();
  throw new DumpError(
    'corrupt',
    { file: output.path },
    `what was written reads differently from its source: memory root ${root} instead of ${result.memoryRoot}`,
    'a disk that returns what is written to it',
  );
}

function answer(session: Session, plan: ExportPlan, request: ExportRequest, result: ExportResult, readRoot: string | undefined): ExportJson {
  const { tally, firstPfn, memoryRoot, isWhole, bytes, sha256, resumedAt, discarded, missing } = result;
  const { format, ranges, filter } = request;
  const pages = tally.pages(filter ?? []);
  // A root of no page is that of any other dump's no page too.
  const isEmpty = pages.present + pages.zero === 0;
  const memory = plan.isPart && format === 'raw' ? plan.ranges : tally.memory === undefined ? [] : [tally.memory];
  const [kept, last] = [memory[0], memory.at(-1)];
  const start = firstPfn === undefined ? kept?.start : BigInt(firstPfn) * BigInt(pageSize);
  const { cpus, from } = plan.notes;
  const lines = openWith(writtenExport(session, plan, request, start));
  return {
    schema: schemaVersion,
    path: request.output,
    format,
    ...(format === 'kdump' ? { compression: plan.compression } : {}),
    view: plan.view,
    ...(ranges === undefined ? {} : { ranges: plan.ranges.map((range) => ({ start: hex(range.start), end: hex(range.end) })) }),
    ...(filter === undefined ? {} : { filter: filterLevels.filter((level) => filter.includes(level)) }),
    ...(start === undefined || last === undefined ? {} : { memory: { start: hex(start), end: hex(last.end) } }),
    bytes,
    sha256,
    pages,
    ...(isEmpty
      ? {}
      : {
          memoryRoot: {
            version: memoryRootVersion,
            source: memoryRoot,
            whole: isWhole,
            ...(readRoot === undefined ? {} : { export: readRoot, equal: readRoot === memoryRoot }),
          },
        }),
    notes: {
      cpus: format === 'raw' ? 0 : cpus.filter((notes) => notes.length > 0).length,
      ...(format === 'raw' ? {} : defined({ from })),
      vmcoreinfo: format !== 'raw' && plan.vmcoreinfo !== undefined,
    },
    ...(lines.length === 0 ? {} : { openWith: lines }),
    ...defined({ resumedAt, discarded }),
    missing: isEmpty ? [...missing, failed('any page of memory', 'the source has none of those that were asked for').missing] : [...missing],
  };
}

/** What stays after an interruption, for the sentence about it. */
function kept(error: unknown, output: ResumableOutput): unknown {
  if (!output.pause() || !isDumpError(error)) return error;
  const rest = `what was written is kept as ${output.partialPath}, and the same command continues it`;
  return new DumpError(error.kind, error.where, error.what, error.expected === undefined ? rest : `${error.expected}; ${rest}`, error.remedy);
}

/**
 * Writes an export.
 * @throws DumpError io where the output cannot be written, RequestError query for a format or ranges that there are not, Cancelled
 */
export async function exportMemory(session: Session, request: ExportRequest, context: Context): Promise<ExportJson> {
  const { format, output: path } = request;
  const writer = exportWriters[format];
  for (const { start, end } of request.ranges ?? [])
    if (start < 0n || start >= end) throw new RequestError('query', `${hex(start)}-${hex(end)} is an empty range of addresses`);
  const { end: memoryEnd } = session.image.memory;
  for (const { start, end } of request.ranges ?? [])
    if (start >= memoryEnd) throw new RequestError('query', `no memory of the dump lies at ${hex(start)}-${hex(end)}: it ends at ${hex(memoryEnd)}`);
  const options = { kind: 'export', expected: 'a new file' } as const;
  checkOutput(path, options);
  const { plan, missing: unread } = await exportPlan(session, request, context.signal);
  const missing = [...unread, ...attachedText(session)];
  const unlock = await lockOutput(path, context.signal);
  try {
    const output = openResumable(path, { ...options, key: keyOf(session, request) });
    try {
      const result = await runExport(plan, writer, output, context);
      const root = format === 'raw' || request.readBack === false ? undefined : await readAgain(output, result, context);
      output.finish();
      return answer(session, plan, request, { ...result, missing: [...missing, ...result.missing] }, root);
    } catch (error) {
      throw kept(error, output);
    }
  } finally {
    unlock();
  }
}
