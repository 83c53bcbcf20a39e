/** Which page tables a virtual address goes through: the architecture's choice, from what the dump and the question say. */
import { cpuName, cpuNumbering } from '../../../shared/cpu-registers.ts';
import { DumpError, isDumpError } from '../../../shared/dump-error.ts';
import type { AsceSource } from '../../../shared/memory-model.ts';
import type { AddressSpaceWalker } from '../../arch/architecture.ts';
import { architectureNames } from '../../arch/architecture-name.ts';
import { architectures } from '../../arch/index.ts';
import { lowcoreFacts } from '../machine/lowcore-facts.ts';
import { selectCpu } from '../session/select-cpu.ts';
import type { Session } from '../session/session.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import { isFailure } from '../../../shared/result.ts';

export interface SpaceRequest {
  readonly cpu?: number | undefined;
  /** Given by the user; wins over everything. On x86_64 a CR3 value, on aarch64 the physical address of the top table. */
  readonly asce?: bigint | undefined;
  /** Whose element to take on s390x; without it the kernel's. */
  readonly space?: AsceSource | undefined;
}

/** Where vmcoreinfo was found, when nothing in the dump leads to it. */
const scanNote = ({ vmcoreinfo, knownVmcoreinfo }: Session): string =>
  !isFailure(vmcoreinfo) || knownVmcoreinfo === undefined ? '' : `, by ${knownVmcoreinfo.source}`;

/** Architectures whose virtual addresses are translated: "s390x, x86_64 or aarch64". */
function translated(): string {
  const names = architectureNames.filter((name) => architectures[name].paging !== undefined);
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

/**
 * The address space that a request means.
 * @throws DumpError unsupported on architectures without a walk, absent when no tables are known
 */
export function addressSpace(session: Session, request: SpaceRequest): AddressSpaceWalker {
  const { arch } = session.image.machine;
  const { paging, features } = architectures[arch];
  if (!features.has('lowcore') && request.space !== undefined)
    throw new DumpError('unsupported', { file: session.path }, `the address space "${request.space}" exists on s390x only`, 'no such choice');
  if (paging === undefined)
    throw new DumpError('unsupported', { file: session.path }, `virtual addresses of ${arch} are not translated`, `an ${translated()} dump`);
  const { cpus } = machineCpus(session);
  const numbering = cpuNumbering(cpus);
  const found = paging.space({
    memory: session.memory,
    image: session.image,
    vmcoreinfo: session.knownVmcoreinfo,
    foundBy: scanNote(session),
    cpus,
    cpu: request.cpu === undefined ? undefined : selectCpu(session, request.cpu),
    nameOf: (cpu) => cpuName(cpu, numbering),
    given: request.asce,
    space: request.space,
    lowcoreField: (cpu, field) => lowcoreFacts(session, cpu)?.value(field),
  });
  if ('what' in found) throw new DumpError('absent', { file: session.path }, found.what, found.expected, found.remedy);
  return found;
}

/**
 * Looks for page tables where headers, notes and registers lead to none: memory is scanned for vmcoreinfo, once for a dump.
 * @throws Cancelled
 */
export async function findTables(session: Session, request: SpaceRequest, signal: AbortSignal): Promise<void> {
  try {
    addressSpace(session, request);
  } catch (error) {
    // Without them the same error comes again where the address is used.
    if (isDumpError(error) && error.kind === 'absent') await session.findKernel(signal);
    else throw error;
  }
}
