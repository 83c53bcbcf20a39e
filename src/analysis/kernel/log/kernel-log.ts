/** The kernel's log: which of the three kinds of buffer there is follows from what vmcoreinfo names, never from a version. */
import type { Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import type { Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';
import { readByteRing } from './byte-ring.ts';
import type { LogSearch } from './log-record.ts';
import { readPrintkRing } from './printk-ring.ts';
import { readRecordBuffer } from './record-buffer.ts';
import { failed } from '../../../shared/result.ts';

export function* readKernelLog(memory: KernelMemory, vmcoreinfo: Vmcoreinfo | undefined): Steps<LogSearch> {
  if (vmcoreinfo === undefined) return failed('the kernel log', 'no vmcoreinfo is known, which would give the address of the log');
  const has = (name: string): boolean => vmcoreinfo.entries.has(`SYMBOL(${name})`);
  if (has('prb')) return yield* readPrintkRing(memory, vmcoreinfo);
  if (has('log_first_idx')) return yield* readRecordBuffer(memory, vmcoreinfo);
  if (has('log_end')) return yield* readByteRing(memory, vmcoreinfo);
  return failed('the kernel log', 'vmcoreinfo names none of prb, log_first_idx and log_end: there is no kernel log, or it is not published');
}
