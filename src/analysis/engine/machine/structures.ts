/** Answers about single structures: notes, regions, vmcoreinfo, os_info. */
import { cpuName, cpuNumbering } from '../../../shared/cpu-registers.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { type NoteJson, type OsInfoJson, type RegionJson, type VmcoreinfoJson } from '../../../shared/structure-model.ts';
import { hex } from '../../../shared/units.ts';
import { csumPartial } from '../../arch/s390x/checksum.ts';
import { OS_INFO_MAGIC, osInfoEntries, osInfoSize, osInfoValid } from '../../arch/s390x/os-info.ts';
import { lowcoreSize } from '../../arch/s390x/save-area.ts';
import { replayPanicKdump, replayTwoStage } from '../../arch/s390x/kdump-decisions.ts';
import { replayStandaloneKdump } from '../../arch/s390x/standalone-kdump.ts';
import { decodeNote, type DecodedNote } from '../../notes/index.ts';
import type { Vmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { notesByCpu } from '../../memory/cpu-state.ts';
import type { Session } from '../session/session.ts';
import { vmcoreinfoOf } from '../triage/summary.ts';

const rawNoteBytes = 4096;
/** A reading of entry data beyond this would be a damaged size, not a re-IPL block. */
const maxEntryBytes = 1n << 24n;

/** Whether the fields or the text are all of a note: its structure has the descriptor's size. Else the bytes are shown as well. */
const saysAll = (decoded: DecodedNote, bytes: number): boolean => decoded.text !== undefined || decoded.view?.size === bytes;

export function describeNotes(session: Session): { schema: 1; notes: NoteJson[] } {
  const { image } = session;
  const cpuOf = new Map(notesByCpu(image.notes).flatMap((group, cpu) => group.map((note) => [note, cpu] as const)));
  // In a flattened stream or a compressed file, positions are those of the file inside: no door can go there, so the bytes come along.
  const atPlace = image.source === session.file;
  const notes = image.notes.map((note, index): NoteJson => {
    const decoded = decodeNote(note, image.machine);
    const cpu = cpuOf.get(note);
    return {
      index,
      owner: note.owner,
      type: note.type,
      name: decoded.name,
      ...(decoded.title === undefined ? {} : { title: decoded.title }),
      ...(cpu === undefined ? {} : { cpu }),
      fileOffset: note.fileOffset,
      ...(atPlace ? { descriptorOffset: note.descOffset } : {}),
      bytes: note.desc.length,
      ...(decoded.view === undefined ? {} : { fields: decoded.view.fields.map(({ doc: _, ...field }) => field) }),
      ...(decoded.text === undefined ? {} : { text: decoded.text }),
      ...(atPlace && saysAll(decoded, note.desc.length) ? {} : { raw: Buffer.from(note.desc.subarray(0, rawNoteBytes)).toString('hex') }),
    };
  });
  return { schema: schemaVersion, notes };
}

export function describeRegions(session: Session): { schema: 1; regions: RegionJson[] } {
  const { image } = session;
  const regions: RegionJson[] = [...image.memory.extents].map((extent) => ({
    name: extent.reason ?? (extent.state === 'stored' ? 'memory in the dump' : extent.state),
    start: hex(extent.start),
    end: hex(extent.end),
    kind: extent.state === 'unreadable' || extent.state === 'encrypted' ? 'missing' : extent.state,
    ...(extent.fileOffset === undefined ? {} : { fileOffset: extent.fileOffset }),
  }));
  const add = (name: string, kind: RegionJson['kind'], start: bigint, bytes: bigint | number): void => {
    regions.push({ name, start: hex(start), end: hex(start + BigInt(bytes)), kind });
  };
  if (session.osInfo?.stage === 'page' && session.osInfo.values.magic === OS_INFO_MAGIC) {
    const { pointer, values } = session.osInfo;
    add('os_info', 'structure', pointer, osInfoSize);
    if (values.crashkernel_addr !== 0n)
      add(
        osInfoValid(session.osInfo) ? 'crashkernel' : 'crashkernel (os_info checksum is wrong)',
        'crashkernel',
        values.crashkernel_addr,
        values.crashkernel_size,
      );
    const [start, end, physical] = [values.entry[10]?.addr ?? 0n, values.entry[11]?.addr ?? 0n, values.entry[12]?.addr ?? 0n];
    if (start < end && physical !== 0n) add('kernel image', 'kernel', physical, end - start);
  }
  for (const cpu of session.cpuSet.cpus) {
    if (cpu.prefix !== undefined) add(`lowcore of ${cpuName(cpu, cpuNumbering(session.cpuSet.cpus))}`, 'lowcore', BigInt(cpu.prefix), lowcoreSize);
  }
  const vmcoreinfo = vmcoreinfoOf(session);
  if (vmcoreinfo?.address !== undefined) add('vmcoreinfo', 'structure', vmcoreinfo.address, vmcoreinfo.text.length);
  return { schema: schemaVersion, regions };
}

export const vmcoreinfoJson = ({ source, entries, text }: Vmcoreinfo): VmcoreinfoJson => ({
  schema: schemaVersion,
  source,
  entries: Object.fromEntries(entries),
  text,
});

/** As notes and pointers lead to it, without a scan. @throws DumpError absent */
export function describeVmcoreinfo(session: Session): VmcoreinfoJson {
  const search = session.vmcoreinfo;
  if (!search.found) {
    const where = { file: session.path, ...(search.address === undefined ? {} : { address: search.address }) };
    throw new DumpError('absent', where, `no vmcoreinfo: the dump has no such note, and ${search.why}`, 'a VMCOREINFO note in the dump or in memory');
  }
  return vmcoreinfoJson(search.vmcoreinfo);
}

function entryJson(session: Session, values: { addr: bigint; size: bigint; csum: number }, id: number): OsInfoJson['entries'][number] {
  const { name, kind } = osInfoEntries[id] ?? { name: `entry ${id}`, kind: 'value' as const };
  if (kind === 'value') return { id, name, kind, value: hex(values.addr) };
  const readable = values.addr !== 0n && values.size > 0n && values.size <= maxEntryBytes;
  const data = readable ? session.memory.readPresent(values.addr, Number(values.size)) : undefined;
  const computed = data === undefined ? undefined : csumPartial(data);
  return {
    id,
    name,
    kind,
    address: hex(values.addr),
    ...(values.size <= BigInt(Number.MAX_SAFE_INTEGER) ? { size: Number(values.size) } : {}),
    checksum: { recorded: hex(values.csum), ...(computed === undefined ? {} : { computed: hex(computed), valid: computed === values.csum }) },
  };
}

export async function describeOsInfo(session: Session, signal: AbortSignal): Promise<OsInfoJson> {
  const search = session.osInfo;
  if (search === undefined)
    throw new DumpError('absent', { file: session.path }, `os_info exists on s390x only; this dump is of ${session.image.machine.arch}`);
  if (search.stage !== 'page') {
    const why =
      search.stage === 'no-lowcore'
        ? `absolute 0xe18 is ${search.state} in this dump`
        : search.stage === 'no-pointer'
          ? 'the pointer at absolute 0xe18 is zero'
          : search.stage === 'bad-pointer'
            ? `the pointer at absolute 0xe18 is ${hex(search.pointer)}: ${search.what}`
            : `the page at absolute ${hex(search.pointer)} is ${search.state} in this dump`;
    throw new DumpError('absent', { file: session.path, address: 0xe18n }, `no os_info: ${why}`, 'the absolute address of the os_info page');
  }
  const { values, computed, pointer } = search;
  const guard = await session.kdumpGuard?.(signal);
  const used = (entry: { addr: bigint; size: bigint; csum: number }): boolean => entry.addr !== 0n || entry.size !== 0n || entry.csum !== 0;
  // Value entries came all at once with 6.10; one of them may well be zero.
  const hasValues = values.entry.some((entry, id) => osInfoEntries[id]?.kind === 'value' && used(entry));
  return {
    schema: schemaVersion,
    address: hex(pointer),
    magicValid: values.magic === OS_INFO_MAGIC,
    checksum: { recorded: hex(values.csum), computed: hex(computed), valid: values.csum === computed },
    versionMajor: values.version_major,
    versionMinor: values.version_minor,
    ...(values.crashkernel_addr === 0n
      ? {}
      : { crashkernel: { start: hex(values.crashkernel_addr), end: hex(values.crashkernel_addr + values.crashkernel_size) } }),
    entries: values.entry.flatMap((entry, id) => {
      const kind = osInfoEntries[id]?.kind;
      const shown = kind === 'value' ? hasValues && id !== 3 : used(entry);
      return shown ? [entryJson(session, entry, id)] : [];
    }),
    standaloneKdump: replayStandaloneKdump(search),
    ...(guard === undefined ? {} : { panicKdump: replayPanicKdump(guard), twoStage: replayTwoStage(search, guard) }),
  };
}
