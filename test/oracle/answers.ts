/** Everything that the engine says of a dump, as the doors get it, and its header structures. */
import { DumpError } from '../../src/shared/dump-error.ts';
import type { VerifyJson } from '../../src/shared/check-model.ts';
import type { CpuJson } from '../../src/shared/cpu-model.ts';
import type { Info } from '../../src/shared/model.ts';
import type { FieldJson, NoteJson, OsInfoJson, RegionJson } from '../../src/shared/structure-model.ts';
import type { Session } from '../../src/analysis/engine/session/session.ts';
import { describeRegionsWithKernel } from '../../src/analysis/engine/machine/kernel-image.ts';
import { describeNotes } from '../../src/analysis/engine/machine/notes.ts';
import { describeOsInfo } from '../../src/analysis/engine/machine/osinfo.ts';
import { describeVmcoreinfo } from '../../src/analysis/engine/kernel/vmcoreinfo.ts';
import { describeDump } from '../../src/analysis/engine/triage/info.ts';
import { checkSession } from '../../src/analysis/engine/integrity/check-session.ts';
import { lowcorePointers, lowcorePointersAddress } from '../../src/analysis/arch/s390x/lowcore-pointers.ts';
import { osInfo } from '../../src/analysis/arch/s390x/os-info.ts';
import { view, type StructView } from '../../src/analysis/layout/struct.ts';
import { isFailure } from '../../src/shared/result.ts';

export interface StructureAnswer {
  readonly name: string;
  readonly fields: readonly FieldJson[];
}

export interface Answers {
  readonly info: Info;
  readonly cpus: readonly CpuJson[];
  readonly notes: readonly NoteJson[];
  readonly regions: readonly RegionJson[];
  readonly vmcoreinfo?: { readonly entries: Readonly<Record<string, string>>; readonly text: string; readonly address?: string };
  readonly osInfo?: OsInfoJson;
  /** Headers of the container, then the lowcore pointers and the os_info page where there are such. */
  readonly structures: readonly StructureAnswer[];
  readonly checks: VerifyJson['checks'];
  /** One past the last address that the dump describes. */
  readonly memoryEnd: string;
}

/** Undefined where the dump has no such thing. */
async function present<T>(ask: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DumpError && error.kind === 'absent') return undefined;
    throw error;
  }
}

const structure = (decoded: StructView): StructureAnswer => ({ name: decoded.name, fields: decoded.fields.map(({ doc: _, ...field }) => field) });

export async function answersOf(session: Session): Promise<Answers> {
  const { signal } = new AbortController();
  const vmcoreinfo = await present(() => describeVmcoreinfo(session));
  const address = !isFailure(session.vmcoreinfo) ? session.vmcoreinfo.value.address : undefined;
  const osInfoJson = await present(() => describeOsInfo(session, signal));
  const structures = [...session.image.structures];
  const pointers = session.image.machine.arch === 's390x' ? session.memory.readPresent(lowcorePointersAddress, lowcorePointers.size) : undefined;
  if (pointers !== undefined) structures.push(view(lowcorePointers, pointers));
  if (session.osInfo?.stage === 'page') structures.push(view(osInfo, session.osInfo.page));
  return {
    info: describeDump(session),
    cpus: session.cpuSet.cpus,
    notes: describeNotes(session).notes,
    regions: describeRegionsWithKernel(session).regions,
    ...(vmcoreinfo === undefined
      ? {}
      : { vmcoreinfo: { entries: vmcoreinfo.entries, text: vmcoreinfo.text, ...(address === undefined ? {} : { address: `0x${address.toString(16)}` }) } }),
    ...(osInfoJson === undefined ? {} : { osInfo: osInfoJson }),
    structures: structures.map(structure),
    checks: await checkSession(session, 'quick', signal),
    memoryEnd: `0x${session.image.memory.end.toString(16)}`,
  };
}

/** Value of a field of a structure in the answers, as it is in JSON. */
export function fieldOf(answers: Answers, structureName: string, field: string, which = 0): string | number | undefined {
  return answers.structures.filter(({ name }) => name === structureName)[which]?.fields.find(({ name }) => name === field)?.value;
}
