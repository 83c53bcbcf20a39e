/** Which lowcore is a CPU's own: the one at its prefix, unless the kernel has another for it. */
import type { CpuIdentityKind, CpuJson } from '../../../shared/cpu-model.ts';
import { lowcoreArray, type ArrayedLowcore } from '../../kernel/vmcoreinfo/lowcore-array.ts';
import type { Vmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { derived } from '../session/memo.ts';
import type { Session } from '../session/session.ts';

const arrays = derived((_: Session) => new Map<Vmcoreinfo, readonly ArrayedLowcore[]>());

/** lowcore_ptr of the kernel, by all that is known of it by now; empty where nothing leads to it. */
export function arrayOf(session: Session): readonly ArrayedLowcore[] {
  const { knownVmcoreinfo: known, memory } = session;
  if (known === undefined) return [];
  const found = arrays(session).get(known) ?? lowcoreArray(known, memory);
  arrays(session).set(known, found);
  return found;
}

/** What names a CPU apart from its prefix and from its place among the others. */
const namesCpu = (by: CpuIdentityKind | undefined): boolean => by !== undefined && by !== 'prefix' && by !== 'position';

/**
 * Linux gives every CPU that runs a lowcore of its own and sets its prefix to it (arch/s390/kernel/smp.c), so what lies at a prefix that
 * lowcore_ptr does not have is not the lowcore of a CPU that other evidence names; at prefix 0 it is nobody's.
 * @returns undefined where nothing leads to the CPU's own lowcore
 */
export function ownLowcore(session: Session, { prefix, linuxCpu, identity, system }: CpuJson): bigint | undefined {
  const recorded = prefix === undefined ? undefined : BigInt(prefix);
  const array = system === undefined ? arrayOf(session) : [];
  if (array.length === 0 || (recorded !== undefined && array.some((one) => BigInt(one.prefix) === recorded))) return recorded;
  const proven = namesCpu(identity?.by) ? array.find(({ number }) => number === linuxCpu) : undefined;
  if (proven !== undefined) return BigInt(proven.prefix);
  return recorded === 0n ? undefined : recorded;
}
