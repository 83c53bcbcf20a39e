/** `osinfo`: the hand-over block, its checksums, and what three readers of it would have decided. */
import type { Session } from '../session/session.ts';
import type { OsInfoJson } from '../../../shared/structure-model.ts';
import { OS_INFO_MAGIC, osInfoEntries } from '../../arch/s390x/os-info.ts';
import { hex } from '../../../shared/units.ts';
import { csumPartial } from '../../arch/s390x/checksum.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { replayStandaloneKdump } from '../../arch/s390x/standalone-kdump.ts';
import { replayPanicKdump, replayTwoStage } from '../../arch/s390x/kdump-decisions.ts';
import { machineEnd } from '../../integrity/machine-end.ts';
import { kdumpStarted } from '../triage/kdump-start.ts';

/** A reading of entry data beyond this would be a damaged size, not a re-IPL block. */
const maxEntryBytes = 1n << 24n;

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
    standaloneKdump: replayStandaloneKdump(search, machineEnd(session.image, session.memory)),
    ...(guard === undefined ? {} : { panicKdump: replayPanicKdump(guard, kdumpStarted(session)), twoStage: replayTwoStage(search, guard) }),
  };
}
