/** Virtual addresses of a dump: which address space a CPU or the kernel uses, and the walk through it. */
import { DumpError } from '../../shared/dump-error.ts';
import { schemaVersion, type TranslateJson } from '../../shared/model.ts';
import { hex } from '../../shared/units.ts';
import { describeAsce, translate } from '../arch/s390x/dat.ts';
import { kernelToAbsolute } from '../kernel/kernel-address.ts';
import { vmcoreinfoHex } from '../kernel/vmcoreinfo.ts';
import type { Session } from './session.ts';
import { selectCpu } from './select-cpu.ts';
import { vmcoreinfoOf } from './summary.ts';

export interface TranslateRequest {
  readonly address: bigint;
  readonly cpu?: number | undefined;
  /** Given by the user; wins over everything. */
  readonly asce?: bigint | undefined;
}

interface ChosenAsce {
  readonly value: bigint;
  readonly source: string;
}

const homeAsceRegister = 13;
const tableTypeBits = 0x0cn;
const invalidEntry = 0x20n;

/**
 * The ASCE of swapper_pg_dir, when no CPU's registers are at hand: its type stands in the first valid entry of the
 * table (lowcore.md section 7.1).
 */
function kernelAsceFromTable(session: Session): ChosenAsce | undefined {
  const vmcoreinfo = vmcoreinfoOf(session);
  const symbol = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(swapper_pg_dir)');
  if (vmcoreinfo === undefined || symbol === undefined) return undefined;
  const origin = kernelToAbsolute('s390x', symbol, vmcoreinfo, session.memory);
  const table = origin === undefined ? undefined : session.memory.readPresent(origin, 0x4000);
  if (origin === undefined || table === undefined) return undefined;
  const view = new DataView(table.buffer, table.byteOffset);
  for (let at = 0; at < table.length; at += 8) {
    const entry = view.getBigUint64(at);
    if ((entry & invalidEntry) === 0n) return { value: origin | (entry & tableTypeBits) | 3n, source: `swapper_pg_dir at absolute ${hex(origin)}` };
  }
  return undefined;
}

/** The given element, else CR13 of the chosen CPU, else of any CPU, else the kernel's own table. */
export function chooseAsce(session: Session, request: Omit<TranslateRequest, 'address'>): ChosenAsce {
  if (request.asce !== undefined) return { value: request.asce, source: 'given' };
  const cpu = request.cpu === undefined ? session.cpuSet.cpus.find((one) => one.crs !== undefined) : selectCpu(session, request.cpu);
  const home = cpu?.crs?.[homeAsceRegister];
  if (cpu !== undefined && home !== undefined && home !== '0x0') return { value: BigInt(home), source: `CR13 of CPU ${cpu.linuxCpu ?? cpu.id}` };
  const fromTable = kernelAsceFromTable(session);
  if (fromTable !== undefined) return fromTable;
  throw new DumpError(
    'absent',
    { file: session.path },
    'no address space is known: no CPU has control registers in this dump, and swapper_pg_dir cannot be found',
    'an address-space-control element: --asce',
  );
}

/** The walk of one address. @throws DumpError unsupported on other architectures than s390x, absent without an ASCE */
export function translateAddress(session: Session, request: TranslateRequest): TranslateJson {
  if (session.image.machine.arch !== 's390x') {
    throw new DumpError('unsupported', { file: session.path }, `virtual addresses of ${session.image.machine.arch} are not translated yet`, 'an s390x dump');
  }
  const asce = chooseAsce(session, request);
  const walk = translate(session.memory, asce.value, request.address);
  return {
    schema: schemaVersion,
    space: 'virtual',
    address: hex(request.address),
    asce: { value: hex(asce.value), source: asce.source, decoded: describeAsce(asce.value) },
    steps: [...walk.steps],
    ...(walk.absolute === undefined ? {} : { absolute: hex(walk.absolute) }),
    ...(walk.failure === undefined ? {} : { failure: walk.failure }),
  };
}
