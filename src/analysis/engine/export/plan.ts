/** The plan of an export: what of a session's memory goes into it, and with which notes. */
import type * as v from 'valibot';
import { filterLevels } from '../../../shared/export-model.ts';
import type { exportProtocol } from '../../../shared/export-protocol.ts';
import { failed, type Missing } from '../../../shared/result.ts';
import { hex, pageSize, type AddressRange } from '../../../shared/units.ts';
import type { ExportPlan } from '../../export/export-plan.ts';
import { outgoingNotes } from '../../export/outgoing-notes.ts';
import { exportSource } from '../../formats/export-note.ts';
import { RangeColumns } from '../../formats/range-columns.ts';
import { noteText } from '../../notes/index.ts';
import { pageExtents } from '../../page-index/page-extents.ts';
import { lookForCpus } from '../kernel/look-for-cpus.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import type { Session } from '../session/session.ts';
import { toolName, toolVersion } from '../tool.ts';
import { flagChoice } from './flag-choice.ts';

export type ExportRequest = Omit<v.InferOutput<(typeof exportProtocol)['export']['params']>, 'dump' | 'view'>;

const bytes = BigInt(pageSize);

/** Whole pages that hold the ranges, merged and ascending. */
function wholePages(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const grown = ranges.map(({ start, end }) => ({ start: start - (start % bytes), end: ((end + bytes - 1n) / bytes) * bytes }));
  return [...RangeColumns.merged(grown)];
}

/** @throws Cancelled */
export async function exportPlan(session: Session, request: ExportRequest, signal: AbortSignal): Promise<{ plan: ExportPlan; missing: readonly Missing[] }> {
  const { image, memory, view } = session;
  // What CPUs are called, and where VMCOREINFO is in a dump without a note of it.
  await lookForCpus(session, signal);
  const { cpus, recorded } = machineCpus(session);
  // A text that the user gives is taken where the dump has none.
  const own = session.bare.knownVmcoreinfo ?? session.knownVmcoreinfo;
  const { filter = [] } = request;
  const { choice, missing } = await flagChoice(session, filter, signal);
  // Levels that cannot be followed leave nothing out, and nothing may say so. A page of zeros is one in every format.
  const followed = filterLevels.filter((level) => (level === 'zero' ? filter.includes(level) : choice?.levels.includes(level) === true));
  const left = followed.filter((level) => level !== 'zero');
  const about = { tool: `${toolName} ${toolVersion}`, source: exportSource(image), view, part: request.ranges !== undefined, filter: left };
  const notes = outgoingNotes({ image, memory, cpus: cpus.slice(0, recorded), vmcoreinfo: own?.text, about });
  const note = notes.others.find(({ owner }) => owner === 'VMCOREINFO') ?? notes.inOrder.find(({ owner }) => owner === 'VMCOREINFO');
  const { end } = image.memory;
  // Nothing lies there, and a raw file would get the size of it.
  const beyond = (request.ranges ?? []).filter((range) => range.start < end && range.end > end);
  const ranges = wholePages((request.ranges ?? [{ start: 0n, end }]).map((range) => (beyond.includes(range) ? { ...range, end } : range)));
  const plan: ExportPlan = {
    image,
    view,
    machine: { arch: image.machine.arch, endian: image.machine.endian },
    extents: pageExtents(image.memory),
    ranges,
    isPart: request.ranges !== undefined,
    filter: followed,
    choice,
    notes,
    vmcoreinfo: note === undefined ? undefined : Buffer.from(noteText(note.desc), 'latin1'),
    compression: request.compression ?? 'zlib',
  };
  const cut = beyond.map(
    (range) => failed('the end of a range', 'the memory of the dump ends before it', { space: 'absolute', start: hex(end), end: hex(range.end) }).missing,
  );
  return { plan, missing: [...missing, ...cut] };
}
