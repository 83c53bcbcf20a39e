/** arch_spinlock_t of s390x (arch/s390/lib/spinlock.c since 4.15): the number of the holding CPU plus 1, bits of the queue above. */
import type { SpinLocks } from '../spinlock.ts';

const cpuMask = 0xffff;
const tailShift = 20;

export const s390xSpinLocks: SpinLocks = {
  owner(word, cpuCount) {
    const holder = word & cpuMask;
    return holder === 0 || holder > cpuCount || word >>> tailShift > cpuCount ? undefined : holder - 1;
  },
  savedRegisters: { offset: 24, count: 16 },
  notLocks: [14, 15],
};
