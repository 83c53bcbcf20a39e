/**
 * Kernel memory in which a page of zeros counts as lost. Tasks, stacks in use, counters and the kernel's variables never fill a page with
 * zeros, so a value of 0 from such a page would be an invention.
 */
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import type { KernelAbsence, KernelMemory } from './kernel-memory.ts';

const pageMask = 0xfffn;
const pageBytes = 0x1000n;

/** The same memory, but bytes of zero pages are absent. */
export function withoutLostPages(memory: KernelMemory): KernelMemory {
  const isLost = (address: VirtualAddress): boolean => memory.isZeroPage(address);
  const lostIn = (address: VirtualAddress, length: number): bigint | undefined => {
    if (Number(address & pageMask) + length <= Number(pageBytes)) return isLost(address) ? address : undefined;
    for (let page = address & ~pageMask; page < address + BigInt(length); page += pageBytes) if (isLost(page)) return page < address ? address : page;
    return undefined;
  };
  const absenceAt = (address: VirtualAddress): KernelAbsence => ({
    address,
    reason: 'unreadable',
    detail: `the page at ${hex(address & ~pageMask)} holds nothing but zeros: it was lost`,
  });
  const held = <T>(address: VirtualAddress, length: number, value: T | undefined): T | undefined =>
    value === undefined || lostIn(address, length) !== undefined ? undefined : value;
  return {
    ...memory,
    bytes: (address, length) => held(address, length, memory.bytes(address, length)),
    partial(address, length) {
      const read = memory.partial(address, length);
      const lost: KernelAbsence[] = [];
      for (let at = address; at < address + BigInt(read.bytes.length); at = (at & ~pageMask) + pageBytes) if (isLost(at)) lost.push(absenceAt(at));
      return { bytes: read.bytes, absences: [...read.absences, ...lost] };
    },
    u8: (address) => held(address, 1, memory.u8(address)),
    u16: (address) => held(address, 2, memory.u16(address)),
    u32: (address) => held(address, 4, memory.u32(address)),
    s32: (address) => held(address, 4, memory.s32(address)),
    u64: (address) => held(address, 8, memory.u64(address)),
    pointer: (address) => held(address, 8, memory.pointer(address)),
    page(address) {
      const bytes = memory.page(address);
      return bytes === undefined || isLost(address) ? undefined : bytes;
    },
    cstring(address, limit) {
      const text = memory.cstring(address, limit);
      return text === undefined ? undefined : held(address, text.length + 1, text);
    },
    absence(address, length) {
      const absence = memory.absence(address, length);
      const lost = absence === undefined ? lostIn(address, length) : undefined;
      return lost === undefined ? absence : absenceAt(lost);
    },
  };
}
