/** Spinlocks whose word names the CPU that holds them. */
export interface SpinLocks {
  /**
   * @param word the 32 bits of the lock
   * @returns the holder's number in the kernel; undefined where the lock is free, or the word is none of a lock
   */
  owner(word: number, cpuCount: number): number | undefined;
  /** Registers in struct pt_regs: offset of the first, and their number. */
  readonly savedRegisters: { readonly offset: number; readonly count: number };
  /** Of those the ones that never hold a lock's address: return address and stack pointer. */
  readonly notLocks: readonly number[];
}
