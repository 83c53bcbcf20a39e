/** Which page tables a virtual address of x86_64 goes through, and the walk. */
import { hex } from '../../../shared/units.ts';
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import type { Paging, SpaceQuestion } from '../architecture.ts';
import { withinDump } from '../kernel-image.ts';
import { registerOf } from '../register-value.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type VmcoreinfoValues } from '../vmcoreinfo-values.ts';
import { x86Address } from './kernel-address.ts';
import { translateX86 } from './paging.ts';
import { isNarrow } from './cpus.ts';
import { matchQemuStates, qemuStates } from './qemu-notes.ts';

const pageOffset = 0xfffn;
/** CR4 bit 12: five levels. */
const fiveLevels = 1n << 12n;

/** init_top_pgt as vmcoreinfo names it (vmcoreinfo-kallsyms-btf.md section 1.4). */
function kernelTable(vmcoreinfo: VmcoreinfoValues | undefined, memory: AbsoluteMemory): bigint | undefined {
  // Called init_level4_pgt before 4.13.
  const [symbol] = ['init_top_pgt', 'swapper_pg_dir', 'init_level4_pgt'].flatMap((name) => vmcoreinfoHex(vmcoreinfo, `SYMBOL(${name})`) ?? []);
  return vmcoreinfo === undefined || symbol === undefined || vmcoreinfo.unplaced !== undefined ? undefined : withinDump(x86Address(symbol, vmcoreinfo), memory);
}

const encryption = (vmcoreinfo: VmcoreinfoValues | undefined): bigint => vmcoreinfoNumber(vmcoreinfo, 'NUMBER(sme_mask)') ?? 0n;
const hasFiveLevels = (vmcoreinfo: VmcoreinfoValues | undefined): boolean => vmcoreinfoNumber(vmcoreinfo, 'NUMBER(pgtable_l5_enabled)') === 1n;

interface Table {
  readonly value: bigint;
  readonly source: string;
  readonly cr4?: bigint | undefined;
}

const hasTable = (cr3: bigint | undefined): cr3 is bigint => cr3 !== undefined && cr3 !== 0n;

function tableOf({ image, cpus, cpu, nameOf, given, vmcoreinfo, memory, foundBy }: SpaceQuestion): Table | undefined {
  const states = [...matchQemuStates(cpus, qemuStates(image)).entries()];
  const [id, state] = (cpu === undefined ? states[0] : states.find(([one]) => one === cpu.id)) ?? [];
  if (given !== undefined) return { value: given, source: 'given', cr4: state?.get('cr4') };
  const recorded = cpu ?? cpus.find((one) => hasTable(registerOf(one, 'cr3')));
  const own = recorded === undefined ? undefined : registerOf(recorded, 'cr3');
  if (recorded !== undefined && hasTable(own)) return { value: own, source: `CR3 of ${nameOf(recorded)}`, cr4: registerOf(recorded, 'cr4') };
  const cr3 = state?.get('cr3');
  const owner = cpus.find((one) => one.id === id);
  if (hasTable(cr3) && owner !== undefined && !isNarrow(owner)) return { value: cr3, source: `CR3 of ${nameOf(owner)} in QEMU's note`, cr4: state?.get('cr4') };
  const table = kernelTable(vmcoreinfo, memory);
  return table === undefined ? undefined : { value: table, source: `init_top_pgt at physical ${hex(table)}${foundBy}` };
}

export const x86Paging: Paging = {
  kernelWalk(vmcoreinfo, memory) {
    const table = kernelTable(vmcoreinfo, memory);
    if (table === undefined) return undefined;
    const root = { table, levels: hasFiveLevels(vmcoreinfo) ? 5 : 4, encryptionMask: encryption(vmcoreinfo) } as const;
    return (address) => translateX86(memory, root, address);
  },
  space(question) {
    const { vmcoreinfo, memory, cpu, given } = question;
    if (cpu !== undefined && isNarrow(cpu) && given === undefined)
      return {
        what: `${question.nameOf(cpu)} is outside 64-bit mode (firmware, a boot loader or a 32-bit kernel): the page tables of such a CPU are not walked`,
        expected: 'a CPU in 64-bit mode, or a CR3 value',
        remedy: 'name-address-space',
      };
    const chosen = tableOf(question);
    if (chosen === undefined)
      return {
        what: 'no page tables are known: the dump has no QEMU notes with CR3, and init_top_pgt cannot be found',
        expected: 'a CR3 value',
        remedy: 'name-address-space',
      };
    const { cr4 } = chosen;
    const five = cr4 === undefined ? hasFiveLevels(vmcoreinfo) : (cr4 & fiveLevels) !== 0n;
    const root = { table: chosen.value, levels: five ? 5 : 4, encryptionMask: encryption(vmcoreinfo) } as const;
    return {
      root: { value: chosen.value, source: chosen.source, decoded: `${five ? 'PML5' : 'PML4'} at ${hex(chosen.value & ~pageOffset)}, ${root.levels} levels` },
      walk: (address) => translateX86(memory, root, address),
    };
  },
};
