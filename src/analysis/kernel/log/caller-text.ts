const cpuBit = 0x8000_0000;

/** "T42" for a thread, "C1" for a CPU: printk_caller_id in kernel/printk/printk.c. */
export const callerText = (caller: number): string => ((caller & cpuBit) === 0 ? `T${caller}` : `C${caller & ~cpuBit}`);
