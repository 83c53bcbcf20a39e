import type { MemoryImage } from './memory-image.ts';
import type { Psw } from './system.ts';

/** Bytes of a kernel stack, its alignment too. */
export const stackBytes = 0x4000;
/** What the kernel writes to the bottom of every stack (include/uapi/linux/magic.h). */
const stackEndMagic = 0x57ac_6e9dn;
/** Where the first frame of a stack lies: 160 bytes of frame and 200 of pt_regs below its end (lowcore.md section 3). */
export const initialFrame = 0x3e98;

/** Registers that an interrupted or calling context left at the end of its back chain (lowcore.md section 8). */
export interface SavedContext {
  readonly psw: Psw;
  readonly gprs: readonly bigint[];
}

/**
 * Writes a packed stack with back chains, oldest frame first.
 * @param stack absolute address of the stack's bottom, a multiple of 16 KiB; addresses in the frames are the same (1:1)
 * @param returns for each frame, oldest first, the address in its owner to which the called function returns
 * @param context pt_regs after the oldest frame; zeros if undefined, as for a kernel thread
 * @returns `running`: stack pointer of a function that the youngest frame called and that has called nobody;
 * `sleeping`: the youngest frame itself, as thread.ksp of a task that gave up its CPU holds it
 */
export function writeStack(
  memory: MemoryImage,
  stack: number,
  returns: readonly bigint[],
  context?: SavedContext,
): { readonly running: number; readonly sleeping: number } {
  memory.u64(stack, stackEndMagic);
  let pointer = stack + initialFrame;
  if (context !== undefined) writePtRegs(memory, pointer + 160, context);
  let previous = 0;
  for (const address of returns) {
    // r14 at 136 and r15 at 144 are what the called function saved: its return address and this frame's pointer.
    memory
      .u64(pointer + 136, address)
      .u64(pointer + 144, pointer)
      .u64(pointer + 152, previous);
    previous = pointer;
    pointer -= 176;
  }
  memory.u64(pointer + 152, previous);
  return { running: pointer, sleeping: previous };
}

/** struct pt_regs: 200 bytes (lowcore.md section 8). */
function writePtRegs(memory: MemoryImage, address: number, context: SavedContext): void {
  memory.u64(address + 8, context.psw.mask).u64(address + 16, context.psw.address);
  context.gprs.forEach((value, index) => memory.u64(address + 24 + index * 8, value));
  memory.u64(address + 152, context.gprs[2] ?? 0n);
}
