/**
 * pr_pid of NT_PRSTATUS in the byte order of the dump. QEMU writes that of s390x in the byte order of its host (elf-vmcore.md section 3): 0x1000000 for the first
 * CPU. drgn finds the registers of a CPU by CPU number + 1 there (its stack_trace.c), and finds none in such a dump.
 */
import { prstatusS390x } from '../arch/s390x/notes.ts';

/** No process has a number from here on (PID_MAX_LIMIT, include/linux/threads.h), and no CPU. */
const noPid = 1 << 22;

/** @param desc of an NT_PRSTATUS of s390x; it is returned itself where nothing is wrong with it */
export function withRightPid(desc: Uint8Array): Uint8Array {
  const { offset } = prstatusS390x.fields.pr_pid;
  if (desc.length < offset + 4) return desc;
  const view = new DataView(desc.buffer, desc.byteOffset, desc.byteLength);
  const swapped = view.getUint32(offset, true);
  if (view.getUint32(offset) < noPid || swapped >= noPid) return desc;
  const right = Uint8Array.from(desc);
  new DataView(right.buffer).setUint32(offset, swapped);
  return right;
}
