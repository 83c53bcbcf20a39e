/** Disabled-wait codes of the stand-alone tools (meminfo.md section 7; s390-tools include/boot/error.h). */
const waitCodes: Readonly<Record<number, string>> = {
  0x1b0: 'an external interruption that boot code did not expect',
  0x1f0: 'an I/O interruption that boot code did not expect',
  0x4500: 'the boot device could not be enabled',
  0x4501: 'the boot device could not be disabled',
  0x4502: 'an I/O to the boot device failed',
  0x4510: 'wrong IPL type',
  0x4511: 'internal error of the stand-alone tool',
  0x4512: 'secure IPL error',
  0x4520: 'os_info is missing: pointer, alignment, accessibility or magic is wrong',
  0x4521: 'the os_info checksum is wrong',
  0x4522: 'the os_info version is too high',
  0x4523: 'there is no crashkernel memory',
  0x4524: 'the hardware system area could not be read',
  0x4600: 'the dump device is too small',
  0x4601: 'the dump device is not supported',
  0x4602: 'the memory size is unknown',
  0x4603: 'a device of the multi-volume dump is missing',
  0x4604: 'a volume has no dump signature',
  0x4605: 'the zipl time stamps of the volumes differ',
  0x4606: 'no multiple subchannel sets',
  0x4607: 'no protected virtualization',
  0x4608: 'protected virtualization failed',
};

/** Wait code of each decision step that can stop the stand-alone kdump. */
export const standaloneKdumpWait = { missing: 0x4520, checksum: 0x4521, version: 0x4522, noCrashkernel: 0x4523 } as const;

/** Meaning of the address of a disabled-wait PSW, where it is a code; undefined for kernel addresses. */
export function explainWaitAddress(address: bigint): string | undefined {
  if (address === 0xfffn) return 'SCLP quiesce: an orderly shutdown by the hypervisor';
  if (address > 0xffffn) return undefined;
  const meaning = waitCodes[Number(address)];
  return meaning === undefined ? undefined : `code 0x${address.toString(16)}: ${meaning}`;
}

export const waitCodeText = (code: number): string => waitCodes[code] ?? 'unknown wait code';

const waitInKernel = 0x0002_0001_8000_0000n;
const waitIn31Bit = 0x0002_0000_8000_0000n;

/**
 * Why a CPU is in a disabled wait, in a sentence (lowcore.md section 4.1).
 * @param crashkernel where the kdump kernel and its purgatory are loaded
 */
export function explainDisabledWait(mask: bigint, address: bigint, crashkernel: { readonly start: bigint; readonly end: bigint } | undefined): string {
  const code = explainWaitAddress(address);
  if (code !== undefined) return `The wait address is a code, not a place: ${code}.`;
  if (mask === waitIn31Bit) return 'A kernel that was started for kdump found that it cannot be a dump kernel.';
  if (crashkernel !== undefined && address >= crashkernel.start && address < crashkernel.end)
    return 'The purgatory stopped before the kdump kernel: the checksum over what was loaded did not match.';
  if (mask === waitInKernel)
    return 'The kernel stopped itself (disabled_wait): at the end of a panic, at a machine check it could not handle, early in boot, or in kexec; the address is in the code that did.';
  return 'All interruptions are off, so that nothing can end the wait.';
}
