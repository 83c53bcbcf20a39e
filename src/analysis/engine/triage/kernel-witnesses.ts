/** What variables of the kernel say of its end: read through its symbols, never searched for. */
import { defined } from '../../../shared/defined.ts';
import { hex } from '../../../shared/units.ts';
import { kallsymsPlaces } from '../../kernel/symbols/kallsyms.ts';
import { soleAddress } from '../../kernel/symbols/symbol-table.ts';
import { readPanicCpu, type PanicCpu } from '../../kernel/facts/kernel-facts.ts';
import { taintFlags } from '../../kernel/facts/taint.ts';
import type { VerdictEvidence } from '../../kernel/verdict/evidence.ts';
import type { Session } from '../session/session.ts';
import { isFailure } from '../../../shared/result.ts';

export interface KernelWitnesses {
  /** The CPU that panicked or started kdump. */
  readonly panicCpu?: PanicCpu;
  /** system_state (kernel/sys.c). */
  readonly systemState?: string;
  /** kexec_crash_image (kernel/kexec_core.c): whether a kdump kernel was loaded. */
  readonly kdumpLoaded?: boolean;
  /** Flags of tainted_mask: D, which oopses and BUGs set, B and W. */
  readonly taint?: VerdictEvidence['taint'];
  /** Why a variable could not be read, by its name. */
  readonly unseen: ReadonlyMap<string, string>;
}

/** enum system_states (include/linux/kernel.h) as numbered since 5.17. */
const systemStates = ['booting', 'scheduling', 'freeing initmem', 'running', 'halting', 'powering off', 'restarting', 'suspending'] as const;

const variables = ['panic_cpu', 'system_state', 'kexec_crash_image', 'tainted_mask'] as const;

/** Far more flags than kernels have (TAINT_FLAGS_COUNT is 20 in 6.18): a word with others is none of theirs. */
const mostTaint = 1n << 32n;

function taintOf(value: bigint): NonNullable<KernelWitnesses['taint']> {
  const set = new Set(taintFlags(value).map(({ letter }) => letter));
  return { died: set.has('D'), badPage: set.has('B'), warned: set.has('W') };
}

export function kernelWitnesses({ knownKernel }: Session): KernelWitnesses {
  const none = (why: string): KernelWitnesses => ({ unseen: new Map(variables.map((name) => [name, why])) });
  if (!knownKernel.publishesSymbols) return none('the dump does not say where the kernel keeps its symbols');
  const { symbols, memory, vmcoreinfo } = knownKernel;
  if (isFailure(symbols)) return none(symbols.missing.why);
  const unseen = new Map<string, string>();
  const read = <Value>(name: (typeof variables)[number], bytes: number, from: (at: bigint) => Value | undefined): Value | undefined => {
    const at = soleAddress(symbols.value, name);
    const value = at === undefined ? undefined : from(at);
    if (value === undefined) unseen.set(name, at === undefined ? 'no symbol of that name is known' : (memory.absence(at, bytes)?.detail ?? 'no bytes'));
    return value;
  };
  const panic = read('panic_cpu', 4, () => readPanicCpu(memory, symbols.value));
  const state = read('system_state', 4, (at) => memory.u32(at));
  const image = read('kexec_crash_image', memory.pointerBytes, (at) => memory.pointer(at));
  const taint = read('tainted_mask', memory.pointerBytes, (at) => memory.pointer(at));
  const isTaint = taint !== undefined && taint < mostTaint;
  if (taint !== undefined && !isTaint) unseen.set('tainted_mask', `its value ${hex(taint)} has bits that no flag has`);
  // Kernels that publish their symbols are of 6.0 or later, so they number the states in this way.
  const isNumbered = vmcoreinfo !== undefined && kallsymsPlaces(vmcoreinfo) !== undefined;
  const named = state === undefined || !isNumbered ? undefined : systemStates[state];
  return {
    ...defined({ panicCpu: panic, systemState: named }),
    ...(image === undefined ? {} : { kdumpLoaded: image !== 0n }),
    ...(isTaint ? { taint: taintOf(taint) } : {}),
    unseen,
  };
}
