/** Registers of a CPU in the blocks in which they are shown. */
import type { CpuJson, PswJson } from '../../../shared/model.ts';

export interface Register {
  readonly name: string;
  readonly value: string;
}
export interface RegisterBlock {
  readonly id: string;
  readonly title: string;
  readonly registers: readonly Register[];
  /** Sixteen short names in four columns, wide values in two, or long names. */
  readonly layout: 'four' | 'wide' | 'named';
  /** Usually the same on every CPU of a system: one that is not is worth a mark. */
  readonly common: boolean;
}

const numbered = (prefix: string, values: readonly string[] | undefined): readonly Register[] =>
  (values ?? []).map((value, index) => ({ name: `${prefix}${index}`, value }));

const named = (pairs: readonly (readonly [string, string | undefined])[]): readonly Register[] =>
  pairs.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));

/** Blocks that have something in them. */
export function registerBlocks(cpu: CpuJson): readonly RegisterBlock[] {
  const blocks: readonly RegisterBlock[] = [
    { id: 'gprs', title: 'General registers', registers: numbered('r', cpu.gprs), layout: 'four', common: false },
    { id: 'crs', title: 'Control registers', registers: numbered('cr', cpu.crs), layout: 'four', common: true },
    { id: 'acrs', title: 'Access registers', registers: numbered('ar', cpu.acrs), layout: 'four', common: false },
    {
      id: 'times',
      title: 'Clocks and others',
      registers: named([
        ['TOD clock', cpu.todClock],
        ['clock comparator', cpu.clockComparator],
        ['CPU timer', cpu.timer],
        ['TOD programmable', cpu.todProgrammable],
        ['breaking-event address', cpu.breakingEventAddress],
        ['prefix', cpu.prefix],
      ]),
      layout: 'named',
      common: false,
    },
    { id: 'fprs', title: 'Floating-point registers', registers: [...numbered('f', cpu.fprs), ...named([['fpc', cpu.fpc]])], layout: 'four', common: false },
    { id: 'vxrs', title: 'Vector registers', registers: numbered('v', cpu.vxrs), layout: 'wide', common: false },
    {
      id: 'registers',
      title: 'Registers',
      registers: Object.entries(cpu.registers ?? {}).map(([name, value]) => ({ name, value })),
      layout: 'four',
      common: false,
    },
  ];
  return blocks.filter(({ registers }) => registers.length > 0);
}

/** Whether a register that is usually common to all CPUs is not. */
export function differing(cpus: readonly CpuJson[], { id: block, common }: RegisterBlock, index: number): boolean {
  if (!common) return false;
  const values = cpus.map((cpu) => registerBlocks(cpu).find(({ id }) => id === block)?.registers[index]?.value);
  return new Set(values.filter((value) => value !== undefined)).size > 1;
}

const spaces = { primary: 'primary space', 'access-register': 'access-register mode', secondary: 'secondary space', home: 'home space' } as const;

/** The PSW's fields in words (Principles of Operation, chapter 4). */
export function pswWords({ decoded }: PswJson): readonly string[] {
  const enabled = [decoded.io ? 'I/O' : undefined, decoded.external ? 'external' : undefined, decoded.machineCheck ? 'machine check' : undefined].filter(
    (name) => name !== undefined,
  );
  return [
    decoded.dat ? `DAT on, ${spaces[decoded.addressSpace]}` : 'DAT off',
    enabled.length === 0 ? 'disabled for I/O, external and machine-check interrupts' : `enabled for ${enabled.join(', ')}`,
    decoded.problemState ? 'problem state' : 'supervisor state',
    `key ${decoded.key}`,
    `CC ${decoded.conditionCode}`,
    `program mask 0x${decoded.programMask.toString(16)}`,
    decoded.addressingMode === 'invalid' ? 'invalid addressing mode' : `${decoded.addressingMode}-bit addressing`,
    ...(decoded.per ? ['PER on'] : []),
    ...(decoded.wait ? ['wait'] : []),
  ];
}
