/**
 * The registers that each CPU saves when the system crashes: crash_save_cpu (kernel/crash_core.c, before 6.9 kernel/kexec_core.c) writes a
 * note NT_PRSTATUS into the CPU's buffer of crash_notes, which the kdump kernel's /proc/vmcore then hands on. An unwritten buffer is zero.
 */
import type { VirtualAddress } from '../../../shared/units.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { soleAddress, type SymbolTable } from '../symbols/symbol-table.ts';

const NT_PRSTATUS = 1;
const headerBytes = 12;
const owner = 'CORE\0';
/** struct elf_prstatus has 336 to 504 bytes. */
const maxDescriptor = 1024;

/** A CPU's buffer: the descriptor of its note, `empty` where it saved none. Undefined: not known. */
export type CrashNote = { readonly address: VirtualAddress; readonly desc: Uint8Array } | 'empty';

/** Address of a CPU's buffer, by what is added to the address of its per-CPU data. */
export function crashNotesOf(memory: KernelMemory, symbols: SymbolTable): (perCpuOffset: bigint) => CrashNote | undefined {
  const variable = soleAddress(symbols, 'crash_notes');
  const base = variable === undefined ? undefined : memory.pointer(variable);
  return (perCpuOffset) => {
    if (base === undefined || base === 0n) return undefined;
    const at = BigInt.asUintN(64, base + perCpuOffset);
    const [nameBytes, descBytes, type] = [memory.u32(at), memory.u32(at + 4n), memory.u32(at + 8n)];
    if (nameBytes === 0 && descBytes === 0 && type === 0) return 'empty';
    if (nameBytes !== owner.length || type !== NT_PRSTATUS || descBytes === undefined || descBytes === 0 || descBytes > maxDescriptor) return undefined;
    const name = memory.bytes(at + BigInt(headerBytes), owner.length);
    if (name === undefined || Buffer.from(name).toString('latin1') !== owner) return undefined;
    const address = at + BigInt(headerBytes + ((owner.length + 3) & ~3));
    const desc = memory.bytes(address, descBytes);
    return desc === undefined ? undefined : { address, desc };
  };
}
