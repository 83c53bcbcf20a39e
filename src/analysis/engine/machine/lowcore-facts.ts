/** What a CPU's lowcore says of the kernel that runs on it: its task, its stacks, its per-CPU data. */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { StackRange } from '../../arch/backtrace.ts';
import { isLinuxLowcore } from '../../arch/s390x/lowcore/choose-layout.ts';
import type { LowcoreKernel } from '../../arch/s390x/lowcore/fields.ts';
import { lowcoreValue } from '../../arch/s390x/lowcore/layouts.ts';
import type { Session } from '../session/session.ts';
import { lowcoreChoiceAt } from './lowcore-choice.ts';
import { ownLowcore } from './lowcore-of-cpu.ts';

const smallStack = 0x4000;
/** With KASAN. */
const largeStack = 0x10000;
/** Where the first frame of a stack of 64 KiB lies. */
const largeFirstFrame = 0xfe98n;
const stackNames = [
  ['kernel_stack', 'kernel stack'],
  ['async_stack', 'interrupt stack'],
  ['nodat_stack', 'no-DAT stack'],
  ['restart_stack', 'restart stack'],
  ['mcck_stack', 'machine-check stack'],
  ['panic_stack', 'panic stack'],
] as const;

export interface LowcoreFacts {
  readonly kernel: LowcoreKernel;
  readonly value: (name: string) => bigint | undefined;
}

/** @returns undefined where no lowcore of a Linux kernel in the dump is known to be the CPU's */
export function lowcoreFacts(session: Session, cpu: CpuJson): LowcoreFacts | undefined {
  const at = ownLowcore(session, cpu);
  const found = at === undefined ? undefined : lowcoreChoiceAt(session, at, cpu);
  if (found === undefined || !isLinuxLowcore(found.choice)) return undefined;
  return { kernel: found.choice.kernel, value: (name) => lowcoreValue(found.choice.kernel, found.bytes, name) };
}

/** THREAD_SIZE, by where the first frames of all stacks lie. */
export function stackSize(lowcores: readonly (LowcoreFacts | undefined)[]): number {
  const pointers = lowcores.flatMap((lowcore) => stackNames.flatMap(([field]) => lowcore?.value(field) ?? [])).filter((value) => value !== 0n);
  return pointers.length > 0 && pointers.every((value) => (value & 0xffffn) === largeFirstFrame) ? largeStack : smallStack;
}

/** The stacks that a lowcore names. */
export function lowcoreStacks(lowcore: LowcoreFacts | undefined, stackBytes: number): readonly StackRange[] {
  return stackNames.flatMap(([field, name]): StackRange[] => {
    const pointer = lowcore?.value(field);
    if (pointer === undefined || pointer === 0n) return [];
    const start = pointer - (pointer % BigInt(stackBytes));
    return [{ name, start, end: start + BigInt(stackBytes) }];
  });
}
