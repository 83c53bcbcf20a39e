/** Which page tables a virtual address goes through, on each architecture, and the walk through them. */
import { cpuName, cpuNumbering } from '../../../shared/cpu-registers.ts';
import { DumpError, isDumpError } from '../../../shared/dump-error.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { AsceSource } from '../../../shared/memory-model.ts';
import { byteText, hex } from '../../../shared/units.ts';
import { translateAarch64 } from '../../arch/aarch64/paging.ts';
import type { PageWalk } from '../../arch/page-walk.ts';
import { asceText } from '../../arch/s390x/asce.ts';
import { translate } from '../../arch/s390x/dat.ts';
import { lowcoreValue } from '../../arch/s390x/lowcore/layouts.ts';
import { realToAbsolute } from '../../arch/s390x/prefixing.ts';
import { translateX86 } from '../../arch/x86_64/paging.ts';
import { aarch64Widths, asceOfKernelTable, kernelTableOrigin } from '../../kernel/memory/kernel-tables.ts';
import { vmcoreinfoNumber } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { matchQemuStates, qemuStates, type QemuState } from '../../memory/cpu-qemu-notes.ts';
import { lowcoreChoiceAt } from '../machine/lowcore.ts';
import { selectCpu } from '../session/select-cpu.ts';
import type { Session } from '../session/session.ts';

export interface SpaceRequest {
  readonly cpu?: number | undefined;
  /** Given by the user; wins over everything. On x86_64 a CR3 value, on aarch64 the physical address of the top table. */
  readonly asce?: bigint | undefined;
  /** Whose element to take on s390x; without it the kernel's. */
  readonly space?: AsceSource | undefined;
}

export interface AddressWalk extends PageWalk {
  /** Before prefixing, where a CPU was named (s390x). */
  readonly real?: bigint;
}

export interface AddressSpaceWalker {
  /** Element or top table that was chosen, where it was found, what it says. */
  readonly root: { readonly value: bigint; readonly source: string; readonly decoded: string };
  walk(address: bigint): AddressWalk;
}

interface Chosen {
  readonly value: bigint;
  readonly source: string;
}

/** Where vmcoreinfo was found, when nothing in the dump leads to it. */
const scanNote = ({ vmcoreinfo, knownVmcoreinfo }: Session): string =>
  vmcoreinfo.found || knownVmcoreinfo === undefined ? '' : `, by ${knownVmcoreinfo.source}`;

function fromKernelTable(session: Session): Chosen | undefined {
  const found = asceOfKernelTable(session.knownVmcoreinfo, session.memory);
  return found === undefined ? undefined : { value: found.asce, source: `swapper_pg_dir at absolute ${hex(found.origin)}${scanNote(session)}` };
}

const nameIn = (session: Session, cpu: Pick<CpuJson, 'id' | 'linuxCpu'>): string => cpuName(cpu, cpuNumbering(session.cpuSet.cpus));

function fromRegister(session: Session, cpu: CpuJson, register: number): Chosen | undefined {
  const value = cpu.crs?.[register];
  return value === undefined || value === '0x0' ? undefined : { value: BigInt(value), source: `CR${register} of ${nameIn(session, cpu)}` };
}

function fromLowcore(session: Session, cpu: CpuJson, field: 'kernel_asce' | 'user_asce'): Chosen | undefined {
  const found = cpu.prefix === undefined ? undefined : lowcoreChoiceAt(session, BigInt(cpu.prefix), cpu);
  if (found === undefined || found.choice.word === 'not a Linux lowcore') return undefined;
  const value = lowcoreValue(found.choice.kernel, found.bytes, field);
  return value === undefined || value === 0n ? undefined : { value, source: `${field} in the lowcore of ${nameIn(session, cpu)}` };
}

const pswRegisters: Readonly<Record<string, number>> = { primary: 1, secondary: 7, home: 13 };

function named(session: Session, cpu: CpuJson, space: AsceSource): Chosen | undefined {
  switch (space) {
    case 'cr1':
    case 'cr7':
    case 'cr13':
      return fromRegister(session, cpu, Number(space.slice(2)));
    case 'kernel':
      return fromLowcore(session, cpu, 'kernel_asce') ?? fromRegister(session, cpu, 13);
    case 'user':
      return fromLowcore(session, cpu, 'user_asce') ?? fromRegister(session, cpu, 7);
    case 'psw': {
      const decoded = cpu.psw?.decoded;
      const register = !decoded?.dat ? undefined : pswRegisters[decoded.addressSpace];
      const found = register === undefined ? undefined : fromRegister(session, cpu, register);
      return found === undefined ? undefined : { ...found, source: `${found.source}, as its PSW is in ${decoded?.addressSpace ?? ''} space` };
    }
  }
}

/** The given element, the one that was asked for, else CR13 of a CPU, the lowcore's kernel_asce, the kernel's own table. */
function chooseAsce(session: Session, request: SpaceRequest): Chosen {
  if (request.asce !== undefined) return { value: request.asce, source: 'given' };
  const cpus = request.cpu === undefined ? session.cpuSet.cpus : [selectCpu(session, request.cpu)];
  const { space } = request;
  if (space !== undefined) {
    const found = cpus.map((cpu) => named(session, cpu, space)).find((one) => one !== undefined) ?? (space === 'kernel' ? fromKernelTable(session) : undefined);
    if (found !== undefined) return found;
    const whose = request.cpu === undefined ? '' : ` of CPU ${request.cpu}`;
    throw new DumpError('absent', { file: session.path }, `the address space "${space}"${whose} is not known`, 'another address space: --asce');
  }
  const found =
    cpus.map((cpu) => fromRegister(session, cpu, 13)).find((one) => one !== undefined) ??
    cpus.map((cpu) => fromLowcore(session, cpu, 'kernel_asce')).find((one) => one !== undefined) ??
    fromKernelTable(session);
  if (found !== undefined) return found;
  throw new DumpError(
    'absent',
    { file: session.path },
    'no address space is known: no CPU has control registers in this dump, and swapper_pg_dir cannot be found',
    'an address-space-control element: --asce',
  );
}

function s390xSpace(session: Session, request: SpaceRequest): AddressSpaceWalker {
  const asce = chooseAsce(session, request);
  const prefix = request.cpu === undefined ? undefined : selectCpu(session, request.cpu).prefix;
  return {
    root: { ...asce, decoded: asceText(asce.value) },
    walk(address) {
      const found = translate(session.memory, asce.value, address);
      // Tables map to real addresses. Without a CPU there is no prefix: then real is taken for absolute.
      if (prefix === undefined || found.absolute === undefined) return found;
      return { ...found, real: found.absolute, absolute: realToAbsolute(found.absolute, BigInt(prefix)) };
    },
  };
}

const cpuOfId = (session: Session, id: number): Pick<CpuJson, 'id' | 'linuxCpu'> => session.cpuSet.cpus.find((cpu) => cpu.id === id) ?? { id };

const pageOffset = 0xfffn;
/** CR4 bit 12: five levels. */
const fiveLevels = 1n << 12n;

function x86Table(session: Session, request: SpaceRequest, states: ReadonlyMap<number, QemuState>): Chosen & { readonly state?: QemuState } {
  const state = request.cpu === undefined ? [...states.entries()][0] : [...states.entries()].find(([id]) => id === selectCpu(session, request.cpu ?? 0).id);
  if (request.asce !== undefined) return { value: request.asce, source: 'given', ...(state === undefined ? {} : { state: state[1] }) };
  const cr3 = state?.[1].get('cr3');
  if (state !== undefined && cr3 !== undefined && cr3 !== 0n)
    return { value: cr3, source: `CR3 of ${nameIn(session, cpuOfId(session, state[0]))} in QEMU's note`, state: state[1] };
  const vmcoreinfo = session.knownVmcoreinfo;
  const table = kernelTableOrigin('x86_64', vmcoreinfo, session.memory);
  if (table !== undefined) return { value: table, source: `init_top_pgt at physical ${hex(table)}${scanNote(session)}` };
  throw new DumpError(
    'absent',
    { file: session.path },
    'no page tables are known: the dump has no QEMU notes with CR3, and init_top_pgt cannot be found',
    'a CR3 value: --asce',
  );
}

function x86Space(session: Session, request: SpaceRequest): AddressSpaceWalker {
  const chosen = x86Table(session, request, matchQemuStates(session.cpuSet.cpus, qemuStates(session.image)));
  const vmcoreinfo = session.knownVmcoreinfo;
  const cr4 = chosen.state?.get('cr4');
  const five = cr4 === undefined ? vmcoreinfoNumber(vmcoreinfo, 'NUMBER(pgtable_l5_enabled)') === 1n : (cr4 & fiveLevels) !== 0n;
  const levels = five ? 5 : 4;
  const encryptionMask = vmcoreinfoNumber(vmcoreinfo, 'NUMBER(sme_mask)') ?? 0n;
  const root = { table: chosen.value, levels, encryptionMask } as const;
  return {
    root: { value: chosen.value, source: chosen.source, decoded: `${five ? 'PML5' : 'PML4'} at ${hex(chosen.value & ~pageOffset)}, ${levels} levels` },
    walk: (address) => translateX86(session.memory, root, address),
  };
}

function aarch64Space(session: Session, request: SpaceRequest): AddressSpaceWalker {
  const vmcoreinfo = session.knownVmcoreinfo;
  const table = request.asce ?? kernelTableOrigin('aarch64', vmcoreinfo, session.memory);
  const widths = aarch64Widths(vmcoreinfo);
  if (table === undefined)
    throw new DumpError(
      'absent',
      { file: session.path },
      'no page tables are known: swapper_pg_dir cannot be found',
      'the physical address of the top table: --asce',
    );
  return {
    root: {
      value: table,
      source: request.asce === undefined ? `swapper_pg_dir at physical ${hex(table)}${scanNote(session)}` : 'given',
      decoded: `top table at ${hex(table & ~pageOffset)}, ${widths.virtualBits} bits, pages of ${byteText(widths.pageBytes ?? 4096)}`,
    },
    walk: (address) => translateAarch64(session.memory, { table, ...widths }, address),
  };
}

/**
 * The address space that a request means.
 * @throws DumpError unsupported on architectures without a walk, absent when no tables are known
 */
export function addressSpace(session: Session, request: SpaceRequest): AddressSpaceWalker {
  const { arch } = session.image.machine;
  if (arch !== 's390x' && request.space !== undefined)
    throw new DumpError('unsupported', { file: session.path }, `the address space "${request.space}" exists on s390x only`, 'no such choice');
  switch (arch) {
    case 's390x':
      return s390xSpace(session, request);
    case 'x86_64':
      return x86Space(session, request);
    case 'aarch64':
      return aarch64Space(session, request);
    case 'ppc64':
    case 'ppc64le':
      throw new DumpError('unsupported', { file: session.path }, `virtual addresses of ${arch} are not translated`, 'an s390x, x86_64 or aarch64 dump');
  }
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
