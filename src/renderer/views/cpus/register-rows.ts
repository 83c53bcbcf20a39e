/** Registers of one or several CPUs as rows: one register per row, one column per CPU. */
import type { CpuJson, CpuMeaning, PswJson } from '../../../shared/cpu-model.ts';
import { defined } from '../../../shared/defined.ts';
import { cpuNumber, cpuNumbering, type CpuNumbering } from '../../../shared/cpu-registers.ts';
import { instructionAddress, namedRegisters, noNames, type PlaceNames } from '../../../shared/place-names.ts';
import { positionText, type Position } from '../../state/position.ts';
import { paddedHex, type HexDigits } from '../../words/numbers.ts';
import { isName, noWords, type PlaceWords } from '../../words/place-words.ts';

type NamedMeaning = NonNullable<CpuMeaning['named']>[number];

export interface RegisterCell {
  readonly value: string;
  /** For a number: the width of the register. Absent for text. */
  readonly digits?: HexDigits;
  /** Its meaning, as text. */
  readonly text?: string;
  /** Address that it holds, without the CPU. */
  readonly target?: {
    readonly space: 'absolute' | 'real' | 'virtual';
    readonly address: bigint;
    /** The CPU ran a program, whose addresses are not kernel addresses. */
    readonly ofProgram?: true;
    /** The register may hold anything: only a look at memory shows whether it is an address. */
    readonly isGuess?: true;
  };
}

export type BlockId = 'psw' | 'flags' | 'registers' | 'gprs' | 'crs' | 'acrs' | 'times' | 'fprs' | 'vxrs';

export interface RegisterRow {
  readonly name: string;
  /** One for each CPU; undefined if it is not recorded. */
  readonly cells: readonly (RegisterCell | undefined)[];
  readonly differs: boolean;
}

export interface RegisterBlock {
  readonly id: BlockId;
  readonly title: string;
  readonly rows: readonly RegisterRow[];
  /** Every register of the block is zero on every CPU. */
  readonly isZero: boolean;
}

type Registers = readonly (readonly [name: string, cell: RegisterCell | undefined])[];

const pageMask = ~0xfffn;
/** Below are the lowcore and numbers that are not addresses; in the last page, small negative numbers. */
const firstAddress = 0x1000n;
const lastAddress = (1n << 64n) - 0x1000n;

const plain = (value: string | undefined, text?: string, digits: HexDigits = 16): RegisterCell | undefined =>
  value === undefined ? undefined : { value, digits, ...defined({ text }) };

/** A register that may hold an address, in the space in which its CPU ran. */
function general(cpu: CpuJson, value: string, digits: HexDigits = 16): RegisterCell {
  const address = BigInt(value);
  if (address < firstAddress || address >= lastAddress) return { value, digits };
  const ofProgram = cpu.psw?.decoded.problemState === true ? { ofProgram: true as const } : {};
  return { value, digits, target: { space: cpu.psw?.decoded.dat === false ? 'real' : 'virtual', address, isGuess: true, ...ofProgram } };
}

/** What the addresses in control registers of s390x point to (Principles of Operation, chapter 4): ASCEs, DUCT, primary ASTE, linkage stack. */
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
  return { value, digits: 16, ...defined({ text }), ...(held === undefined || address === 0n ? {} : { target: { space: held.space, address } }) };
}

const onOff = (on: boolean): string => (on ? 'on' : 'off');

/** Names of the program mask's bits (Principles of Operation, chapter 4). */
const programMask = ['fixed-point overflow', 'decimal overflow', 'HFP underflow', 'HFP significance'] as const;

/** The PSW's fields as text, one per line (Principles of Operation, chapter 4). */
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

/** A disabled wait has a code there, not an address. */
function pswAddress({ address, decoded }: PswJson, cpu: CpuJson): RegisterCell {
  const disabled = decoded.wait && !decoded.io && !decoded.external && !decoded.machineCheck;
  return disabled && BigInt(address) < firstAddress ? { value: address, digits: 16 } : general(cpu, address);
}

function psw(cpu: CpuJson): Registers {
  if (cpu.psw === undefined) return [];
  const { mask, decoded } = cpu.psw;
  return [
    ['address', pswAddress(cpu.psw, cpu)],
    ['mask', { value: mask, digits: 16 }],
    ['meaning', { value: cpu.meaning?.wait ?? decoded.text }],
    ...pswRegisters(cpu.psw).map(([name, value]) => [name, { value }] as const),
  ];
}

/** Where the CPU was. */
export function instructionCell(cpu: CpuJson): RegisterCell | undefined {
  if (cpu.psw !== undefined) return pswAddress(cpu.psw, cpu);
  const address = instructionAddress(cpu);
  return address === undefined ? undefined : general(cpu, address);
}

/** Where its lowcore is. */
export const prefixCell = ({ prefix }: CpuJson): RegisterCell | undefined =>
  prefix === undefined ? undefined : { value: prefix, digits: 8, target: { space: 'absolute', address: BigInt(prefix) } };

function times(cpu: CpuJson): Registers {
  const comparator = cpu.meaning?.clockComparator;
  const last = cpu.breakingEventAddress;
  return [
    ['prefix', prefixCell(cpu)],
    ['TOD clock', plain(cpu.todClock, cpu.meaning?.todClock)],
    ['clock comparator', plain(cpu.clockComparator, comparator?.text ?? comparator?.form)],
    ['CPU timer', plain(cpu.timer, cpu.meaning?.timer === undefined ? undefined : `${cpu.meaning.timer} left`)],
    ['TOD programmable', plain(cpu.todProgrammable, undefined, 8)],
    ['breaking event', last === undefined ? undefined : general(cpu, last)],
  ];
}

const numbered = (letter: string, values: readonly string[] | undefined, cell: (value: string, index: number) => RegisterCell): Registers =>
  (values ?? []).map((value, index) => [`${letter}${index}`, cell(value, index)]);

const digitsOfBits: Readonly<Record<16 | 32 | 64, HexDigits>> = { 16: 4, 32: 8, 64: 16 };

interface Source {
  readonly id: BlockId;
  readonly title: string;
  readonly of: (cpu: CpuJson) => Registers;
}

/** A register named by the dump, according to the engine's description; nothing is claimed about one without a description. */
function namedCell(cpu: CpuJson, value: string, described: NamedMeaning | undefined): RegisterCell {
  if (described === undefined) return { value, digits: 16 };
  const { bits, holds, text } = described;
  const digits = digitsOfBits[bits];
  const address = BigInt(value) & pageMask;
  if (holds === 'address') return { ...general(cpu, value, digits), ...defined({ text }) };
  return { value, digits, ...defined({ text }), ...(holds === 'physical' && address !== 0n ? { target: { space: 'absolute' as const, address } } : {}) };
}

/** Blocks of the named registers of these CPUs, in the engine's order; in the dump's order until the engine has answered. */
function namedSources(cpus: readonly CpuJson[]): readonly Source[] {
  const described = cpus.map((cpu) => new Map((cpu.meaning?.named ?? []).map((one) => [one.register, one])));
  const groups = [...new Set(described.flatMap((ones) => [...ones.values()].map(({ group }) => group)))];
  const cell = (cpu: CpuJson, name: string, value: string) => [name, namedCell(cpu, value, described[cpus.indexOf(cpu)]?.get(name))] as const;
  if (groups.length === 0)
    return [{ id: 'registers', title: 'Registers', of: (cpu) => Object.entries(cpu.registers ?? {}).map(([name, value]) => cell(cpu, name, value)) }];
  return groups.map((group): Source => {
    const own = described.flatMap((ones) => [...ones.values()].filter((one) => one.group === group));
    return {
      // Flags take one line each because of their descriptions.
      id: own.some(({ text, holds }) => text !== undefined && holds !== 'address') ? 'flags' : 'registers',
      title: group,
      of: (cpu) =>
        (cpu.meaning?.named ?? []).flatMap(({ register, group: at }) => {
          const value = cpu.registers?.[register];
          return at !== group || value === undefined ? [] : [cell(cpu, register, value)];
        }),
    };
  });
}

const pswSource: Source = { id: 'psw', title: 'PSW', of: psw };
const sources: readonly Source[] = [
  { id: 'gprs', title: 'General registers', of: (cpu) => numbered('r', cpu.gprs, (value) => general(cpu, value)) },
  { id: 'crs', title: 'Control registers', of: (cpu) => numbered('c', cpu.crs, (value, index) => control(cpu, index, value)) },
  { id: 'times', title: 'Prefix, clocks and timers', of: times },
  { id: 'acrs', title: 'Access registers', of: (cpu) => numbered('a', cpu.acrs, (value) => ({ value, digits: 8 })) },
  {
    id: 'fprs',
    title: 'Floating-point registers',
    of: (cpu) => [
      ...numbered('f', cpu.fprs, (value, index) => {
        const text = cpu.meaning?.floating?.find((one) => one.register === index)?.text;
        return { value, digits: 16, ...defined({ text }) };
      }),
      ['fpc', plain(cpu.fpc, undefined, 8)],
    ],
  },
  { id: 'vxrs', title: 'Vector registers', of: (cpu) => numbered('v', cpu.vxrs, (value) => ({ value, digits: 32 })) },
];

/** What the kernel has at the addresses in registers. */
export interface KnownPlaces {
  /** Symbols. */
  readonly names: PlaceNames;
  /** Everything else: tasks, stacks, objects of slabs, plain memory. Empty until the engine has answered, and if nothing is known. */
  readonly words: PlaceWords;
}

const nothingKnown: KnownPlaces = { names: noNames, words: noWords };

/** Adds what is at a register's address; a number that does not point to kernel memory is not an address. */
function withPlace(cell: RegisterCell | undefined, number: number, symbol: string | undefined, words: PlaceWords): RegisterCell | undefined {
  if (cell?.target === undefined) return cell;
  const { target, ...plainCell } = cell;
  const isGuess = target.isGuess === true && target.ofProgram !== true;
  const word = isGuess ? words.get(positionText(targetPosition(target, number))) : undefined;
  if (isGuess && words.size > 0 && word === undefined && symbol === undefined) return plainCell;
  const place = symbol ?? (word !== undefined && isName(word) ? word.text : undefined);
  if (place === undefined) return cell;
  return { ...cell, text: [place, ...(cell.text === undefined ? [] : [cell.text])].join(' · ') };
}

/**
 * Everything recorded about these CPUs, in blocks; blocks and registers that none of them has are omitted.
 * @param known what is at the addresses in registers
 * @param numbering of all CPUs of the dump
 */
export function registerBlocks(
  cpus: readonly CpuJson[],
  { names, words }: KnownPlaces = nothingKnown,
  numbering: CpuNumbering = cpuNumbering(cpus),
): readonly RegisterBlock[] {
  const symbols = cpus.map((cpu) => new Map(namedRegisters(cpu, names)));
  return [pswSource, ...namedSources(cpus), ...sources].flatMap(({ id, title, of }) => {
    const columns = cpus.map((cpu, index) => {
      const symbolOf = (name: string): string | undefined => symbols[index]?.get(id === 'psw' && name === 'address' ? 'PSW' : name);
      return new Map(of(cpu).map(([name, cell]) => [name, withPlace(cell, cpuNumber(cpu, numbering), symbolOf(name), words)]));
    });
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

/** Names of the control registers that differ between CPUs of the dump: usually none do. */
export const unusual = (cpus: readonly CpuJson[]): ReadonlySet<string> =>
  new Set(registerBlocks(cpus).flatMap(({ id, rows }) => (id === 'crs' ? rows.filter(({ differs }) => differs).map(({ name }) => name) : [])));

/** The position to which a register of a CPU points; real and virtual addresses are that CPU's own. */
export const targetPosition = ({ space, address }: NonNullable<RegisterCell['target']>, number: number): Position => ({
  space,
  address,
  length: 1,
  ...(space === 'absolute' ? {} : { cpu: number }),
});

/** Places to which registers of these CPUs may point, each once, without addresses of programs. */
export function guessedPlaces(cpus: readonly CpuJson[], numbering: CpuNumbering): readonly Position[] {
  const places = new Map<string, Position>();
  for (const { rows } of registerBlocks(cpus))
    for (const { cells } of rows)
      cells.forEach((cell, index) => {
        const cpu = cpus[index];
        if (cpu === undefined || cell?.target?.isGuess !== true || cell.target.ofProgram === true) return;
        const position = targetPosition(cell.target, cpuNumber(cpu, numbering));
        places.set(positionText(position), position);
      });
  return [...places.values()];
}

/** The value for copying: one number of the register's width. */
export const valueText = ({ value, digits }: RegisterCell): string => (digits === undefined ? value : paddedHex(value, digits));

/** As text for the clipboard: one line per register, a column for each CPU and its meaning, separated by tabs. */
export function registersText(blocks: readonly RegisterBlock[], names: readonly string[]): string {
  const lines = [['register', ...names].join('\t')];
  for (const { title, rows } of blocks)
    for (const { name, cells } of rows)
      lines.push(
        [
          `${title}: ${name}`,
          ...cells.map((cell) => [cell === undefined ? '' : valueText(cell), cell?.text ?? ''].filter((part) => part !== '').join(' · ')),
        ].join('\t'),
      );
  return `${lines.join('\n')}\n`;
}
