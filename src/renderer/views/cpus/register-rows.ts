/** Registers of one or several CPUs as rows: a register a line, a column for each CPU. */
import type { CpuJson, PswJson } from '../../../shared/cpu-model.ts';
import { defined } from '../../../shared/defined.ts';
import { namedRegisters, noNames, type PlaceNames } from '../../../shared/place-names.ts';
import type { Position } from '../../state/position.ts';

export interface RegisterCell {
  readonly value: string;
  /** What it means, in words. */
  readonly text?: string;
  /** Address that it holds, without the CPU. */
  readonly target?: { readonly space: 'absolute' | 'real' | 'virtual'; readonly address: bigint };
}

export type BlockId = 'psw' | 'registers' | 'gprs' | 'crs' | 'acrs' | 'times' | 'fprs' | 'vxrs';

export interface RegisterRow {
  readonly name: string;
  /** One for each CPU; undefined where it is not recorded. */
  readonly cells: readonly (RegisterCell | undefined)[];
  readonly differs: boolean;
}

export interface RegisterBlock {
  readonly id: BlockId;
  readonly title: string;
  readonly rows: readonly RegisterRow[];
  /** Every register of it is zero on every CPU. */
  readonly isZero: boolean;
}

type Registers = readonly (readonly [name: string, cell: RegisterCell | undefined])[];

const pageMask = ~0xfffn;
/** Below lies the lowcore, and numbers that are no addresses; in the last page, small negative numbers. */
const firstAddress = 0x1000n;
const lastAddress = (1n << 64n) - 0x1000n;

const plain = (value: string | undefined, text?: string): RegisterCell | undefined => (value === undefined ? undefined : { value, ...defined({ text }) });

/** A register that may hold an address: of the space in which its CPU ran. */
function general(cpu: CpuJson, value: string): RegisterCell {
  const address = BigInt(value);
  if (address < firstAddress || address >= lastAddress) return { value };
  return { value, target: { space: cpu.psw?.decoded.dat === false ? 'real' : 'virtual', address } };
}

/** What the control registers of s390x hold addresses of (Principles of Operation, chapter 4): ASCEs, DUCT, primary ASTE, linkage stack. */
const controlAddresses: Readonly<Record<number, { readonly mask: bigint; readonly space: 'absolute' | 'real' | 'virtual' }>> = {
  1: { mask: pageMask, space: 'absolute' },
  2: { mask: 0x7fff_ffc0n, space: 'real' },
  5: { mask: 0x7fff_ffc0n, space: 'real' },
  7: { mask: pageMask, space: 'absolute' },
  13: { mask: pageMask, space: 'absolute' },
};

function control(cpu: CpuJson, register: number, value: string): RegisterCell {
  const held = controlAddresses[register];
  const address = held === undefined ? 0n : BigInt(value) & held.mask;
  const text = cpu.meaning?.controlRegisters?.find((one) => one.register === register)?.text;
  return { value, ...defined({ text }), ...(held === undefined || address === 0n ? {} : { target: { space: held.space, address } }) };
}

const onOff = (on: boolean): string => (on ? 'on' : 'off');

/** Names of the program mask's bits (Principles of Operation, chapter 4). */
const programMask = ['fixed-point overflow', 'decimal overflow', 'HFP underflow', 'HFP significance'] as const;

/** The PSW's fields in words, each a line (Principles of Operation, chapter 4). */
export function pswRegisters({ decoded }: PswJson): readonly (readonly [name: string, value: string])[] {
  const program = programMask.filter((_, index) => ((decoded.programMask >> (3 - index)) & 1) === 1);
  return [
    ['wait', onOff(decoded.wait)],
    ['DAT', onOff(decoded.dat)],
    ['address space', decoded.dat ? decoded.addressSpace : 'real: DAT is off'],
    ['I/O interruptions', onOff(decoded.io)],
    ['external interruptions', onOff(decoded.external)],
    ['machine checks', onOff(decoded.machineCheck)],
    ['PER', onOff(decoded.per)],
    ['state', decoded.problemState ? 'problem' : 'supervisor'],
    ['access key', String(decoded.key)],
    ['condition code', String(decoded.conditionCode)],
    ['program mask', `0x${decoded.programMask.toString(16)}${program.length === 0 ? '' : `: ${program.join(', ')}`}`],
    ['addressing mode', decoded.addressingMode === 'invalid' ? 'invalid' : `${decoded.addressingMode}-bit`],
  ];
}

function psw(cpu: CpuJson): Registers {
  if (cpu.psw === undefined) return [];
  const { mask, address, decoded } = cpu.psw;
  const disabled = decoded.wait && !decoded.io && !decoded.external && !decoded.machineCheck;
  return [
    // A disabled wait has a code there, not an address to go to.
    ['address', disabled && BigInt(address) < firstAddress ? { value: address } : general(cpu, address)],
    ['mask', { value: mask }],
    ['meaning', { value: cpu.meaning?.wait ?? decoded.text }],
    ...pswRegisters(cpu.psw).map(([name, value]) => [name, { value }] as const),
  ];
}

function times(cpu: CpuJson): Registers {
  const comparator = cpu.meaning?.clockComparator;
  const last = cpu.breakingEventAddress;
  return [
    ['prefix', cpu.prefix === undefined ? undefined : { value: cpu.prefix, target: { space: 'absolute', address: BigInt(cpu.prefix) } }],
    ['TOD clock', plain(cpu.todClock, cpu.meaning?.todClock)],
    ['clock comparator', plain(cpu.clockComparator, comparator?.text ?? comparator?.form)],
    ['CPU timer', plain(cpu.timer, cpu.meaning?.timer === undefined ? undefined : `${cpu.meaning.timer} left`)],
    ['TOD programmable', plain(cpu.todProgrammable)],
    ['breaking event', last === undefined ? undefined : general(cpu, last)],
  ];
}

const numbered = (letter: string, values: readonly string[] | undefined, cell: (value: string, index: number) => RegisterCell): Registers =>
  (values ?? []).map((value, index) => [`${letter}${index}`, cell(value, index)]);

/** Registers of other architectures that are flags, selectors or numbers. */
const noAddress = /^(eflags|rflags|cs|ds|es|fs|gs|ss|orig_rax|orig_gpr3|cr0|cr4|pstate|msr|ccr|xer|softe|trap|dsisr|result)$/;

function named(cpu: CpuJson): Registers {
  return Object.entries(cpu.registers ?? {}).map(([name, value]) => {
    if (noAddress.test(name)) return [name, { value }];
    if (name === 'cr3') return [name, { value, target: { space: 'absolute', address: BigInt(value) & pageMask } }];
    return [name, general(cpu, value)];
  });
}

const sources: readonly { readonly id: BlockId; readonly title: string; readonly of: (cpu: CpuJson) => Registers }[] = [
  { id: 'psw', title: 'PSW', of: psw },
  { id: 'registers', title: 'Registers', of: named },
  { id: 'gprs', title: 'General registers', of: (cpu) => numbered('r', cpu.gprs, (value) => general(cpu, value)) },
  { id: 'crs', title: 'Control registers', of: (cpu) => numbered('c', cpu.crs, (value, index) => control(cpu, index, value)) },
  { id: 'times', title: 'Prefix, clocks and timers', of: times },
  { id: 'acrs', title: 'Access registers', of: (cpu) => numbered('a', cpu.acrs, (value) => ({ value })) },
  {
    id: 'fprs',
    title: 'Floating-point registers',
    of: (cpu) => [
      ...numbered('f', cpu.fprs, (value, index) => {
        const text = cpu.meaning?.floating?.find((one) => one.register === index)?.text;
        return text === undefined ? { value } : { value, text };
      }),
      ['fpc', plain(cpu.fpc)],
    ],
  },
  { id: 'vxrs', title: 'Vector registers', of: (cpu) => numbered('v', cpu.vxrs, (value) => ({ value })) },
];

/** Adds what the kernel calls the place that a register leads to. */
function withPlace(cell: RegisterCell | undefined, place: string | undefined): RegisterCell | undefined {
  if (cell?.target === undefined || place === undefined) return cell;
  return { ...cell, text: [place, ...(cell.text === undefined ? [] : [cell.text])].join(' · ') };
}

/**
 * All that is recorded of these CPUs, in blocks; blocks and registers that none of them has are left out.
 * @param names those of the kernel for addresses that registers hold
 */
export function registerBlocks(cpus: readonly CpuJson[], names: PlaceNames = noNames): readonly RegisterBlock[] {
  const places = cpus.map((cpu) => new Map(namedRegisters(cpu, names)));
  return sources.flatMap(({ id, title, of }) => {
    const columns = cpus.map(
      (cpu, index) => new Map(of(cpu).map(([name, cell]) => [name, withPlace(cell, places[index]?.get(id === 'psw' && name === 'address' ? 'PSW' : name))])),
    );
    const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
    const rows = names.flatMap((name): RegisterRow[] => {
      const cells = columns.map((column) => column.get(name));
      if (cells.every((cell) => cell === undefined)) return [];
      return [{ name, cells, differs: new Set(cells.map((cell) => cell?.value)).size > 1 }];
    });
    if (rows.length === 0) return [];
    return [{ id, title, rows, isZero: rows.every(({ cells }) => cells.every((cell) => cell === undefined || cell.value === '0x0')) }];
  });
}

/** Control registers, by name, that not all CPUs of the dump have alike: usually they do. */
export const unusual = (cpus: readonly CpuJson[]): ReadonlySet<string> =>
  new Set(registerBlocks(cpus).flatMap(({ id, rows }) => (id === 'crs' ? rows.filter(({ differs }) => differs).map(({ name }) => name) : [])));

/** Where the address in a register of a CPU leads; real and virtual addresses are that CPU's own. */
export const targetPosition = ({ space, address }: NonNullable<RegisterCell['target']>, number: number): Position => ({
  space,
  address,
  length: 1,
  ...(space === 'absolute' ? {} : { cpu: number }),
});

/** As text to hand on: a line for each register, a column for each CPU and its meaning, divided by tabs. */
export function registersText(blocks: readonly RegisterBlock[], names: readonly string[]): string {
  const lines = [['register', ...names].join('\t')];
  for (const { title, rows } of blocks)
    for (const { name, cells } of rows)
      lines.push([`${title}: ${name}`, ...cells.map((cell) => [cell?.value ?? '', cell?.text ?? ''].filter((part) => part !== '').join(' · '))].join('\t'));
  return `${lines.join('\n')}\n`;
}
