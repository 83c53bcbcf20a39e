/** What `kernel/verdict/stuck-requests.ts` tells stuck requests from; nothing is searched for that the verdict did not need before. */
import { paced } from '../../jobs/steps.ts';
import { cpuMasks } from '../../kernel/cpus/cpu-masks.ts';
import { perCpuAreas } from '../../kernel/cpus/per-cpu-data.ts';
import { kernelObjects } from '../../kernel/object/kernel-objects.ts';
import type { Proof } from '../../kernel/verdict/evidence.ts';
import { stuckRequestProofs } from '../../kernel/verdict/stuck-requests.ts';
import { stateOf } from '../kernel/kernel-state.ts';
import type { Session } from '../session/session.ts';

/** @throws Cancelled */
export async function stuckRequestsOf(session: Session, signal: AbortSignal): Promise<readonly Proof[]> {
  const { kernel, memory, symbols, types, noTypes } = stateOf(session.knownKernel, 'when-asked');
  if (symbols === undefined || types === undefined) return [];
  const { pointerBytes } = memory;
  const space = { memory, types: types.types, noTypes, vmcoreinfo: kernel.vmcoreinfo, pointerBytes, symbolAt: () => undefined };
  const areas = perCpuAreas({ memory, symbols, masks: cpuMasks(memory, symbols) });
  return paced(stuckRequestProofs(kernelObjects({ space, symbols, noSymbols: '' }), areas), signal);
}
