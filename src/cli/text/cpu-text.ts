/** The registers of a CPU as text, with what they mean next to them. */
import { cpuName, identityText, numberingWords, type CpuNumbering } from '../../shared/cpu-registers.ts';
import type { CpuJson, PswJson } from '../../shared/cpu-model.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import { cpuGroups, cpuNumbersText, cpuStateText } from '../../shared/cpu-groups.ts';
import { instructionAddress, instructionName, namedRegisters, noNames, type PlaceNames } from '../../shared/place-names.ts';
import type { Style } from './style.ts';
import { columns } from './table.ts';

function registerRows(values: readonly string[], letter: string, perRow: number): string[][] {
  const rows: string[][] = [];
  for (let at = 0; at < values.length; at += perRow) {
    rows.push(values.slice(at, at + perRow).map((value, index) => `${`${letter}${at + index}`.padEnd(4)} ${value.padEnd(18)}`));
  }
  return rows;
}

/** One register per line, with its meaning. */
function namedRows(values: readonly string[], letter: string, meanings: readonly { readonly register: number; readonly text: string }[], style: Style): string {
  const text = new Map(meanings.map((one) => [one.register, one.text]));
  return columns(values.map((value, index) => [`${letter}${index}`, value, style.dim(visibleLine(text.get(index) ?? ''))]));
}

const allZero = (values: readonly string[]): boolean => values.every((value) => value === '0x0');

/** Those that are not zero, one per line; the others are summarised. */
function nonZeroRows(
  values: readonly string[],
  letter: string,
  what: string,
  meanings: readonly { readonly register: number; readonly text: string }[],
  style: Style,
): string {
  if (allZero(values)) return style.dim(`  the ${what} are zero`);
  const text = new Map(meanings.map((one) => [one.register, one.text]));
  const rows = values.flatMap((value, index) => (value === '0x0' ? [] : [[`${letter}${index}`, value, style.dim(visibleLine(text.get(index) ?? ''))]]));
  const others = values.length - rows.length;
  return columns(rows) + (others === 0 ? '' : `\n${style.dim(`  the other ${others} ${what} are zero`)}`);
}

const programMaskBits = ['fixed-point overflow', 'decimal overflow', 'HFP underflow', 'HFP significance'] as const;

function pswWords(psw: PswJson): string {
  const { decoded } = psw;
  const enabled = [
    ['I/O', decoded.io],
    ['external', decoded.external],
    ['machine checks', decoded.machineCheck],
  ].flatMap(([name, on]) => (on === true ? [String(name)] : []));
  const program = programMaskBits.filter((_, index) => ((decoded.programMask >> (3 - index)) & 1) === 1);
  return [
    `DAT ${decoded.dat ? 'on' : 'off'}`,
    `${decoded.addressSpace} space`,
    decoded.addressingMode === 'invalid' ? 'invalid addressing mode' : `${decoded.addressingMode}-bit`,
    decoded.problemState ? 'problem state' : 'supervisor state',
    `key ${decoded.key}`,
    `CC ${decoded.conditionCode}`,
    enabled.length === 0 ? 'all interruptions off' : `enabled for ${enabled.join(', ')}`,
    ...(decoded.per ? ['PER'] : []),
    ...(program.length === 0 ? [] : [`program mask: ${program.join(', ')}`]),
  ].join(', ');
}

const sourceWords: Readonly<Record<CpuJson['source'], string>> = {
  note: 'from its ELF notes',
  lowcore: 'from the save area in its lowcore',
  header: "from the dump's header",
  memory: "from the kernel's memory",
};

function cpuText(cpu: CpuJson, numbering: CpuNumbering, style: Style, names: PlaceNames): string {
  const name = cpuName(cpu, numbering);
  const { meaning } = cpu;
  const lines = [
    style.strong(name) +
      style.dim(
        ` ${sourceWords[cpu.source]}${cpu.cpuAddress === undefined ? '' : `, CPU address ${cpu.cpuAddress}`}${cpu.prefix === undefined ? '' : `, prefix ${cpu.prefix}`}`,
      ),
  ];
  if (cpu.psw !== undefined) {
    lines.push(`  PSW ${cpu.psw.mask} ${cpu.psw.address}  ${cpu.psw.decoded.text}`, style.dim(`      ${pswWords(cpu.psw)}`));
    if (meaning?.wait !== undefined) lines.push(`      ${visibleLine(meaning.wait)}`);
  } else if (cpu.state !== undefined) lines.push(`  ${visibleLine(cpu.state)}`);
  if (cpu.withoutRegisters !== undefined) lines.push(`  ${visibleLine(cpu.withoutRegisters.detail)}`);
  const identity = identityText(cpu);
  if (identity !== undefined) lines.push(style.dim(`  which CPU: ${visibleLine(identity)}`));
  if (cpu.gprs !== undefined) lines.push(columns(registerRows(cpu.gprs, 'r', 4)));
  if (cpu.crs !== undefined) lines.push(namedRows(cpu.crs, 'c', meaning?.controlRegisters ?? [], style));
  if (cpu.acrs !== undefined) lines.push(allZero(cpu.acrs) ? style.dim('  a0 to a15 are zero') : columns(registerRows(cpu.acrs, 'a', 4)));
  if (cpu.fprs !== undefined) lines.push(nonZeroRows(cpu.fprs, 'f', 'floating-point registers', meaning?.floating ?? [], style));
  // The high halves of v0 to v15 are f0 to f15.
  if (cpu.vxrs !== undefined) lines.push(nonZeroRows(cpu.vxrs, 'v', 'vector registers', [], style));
  const comparator = meaning?.clockComparator;
  const others: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['timer', cpu.timer, meaning?.timer === undefined ? undefined : `${meaning.timer} left`],
    ['clock comparator', cpu.clockComparator, comparator?.text ?? comparator?.form],
    ['TOD clock', cpu.todClock, meaning?.todClock],
    ['TOD programmable', cpu.todProgrammable, undefined],
    ['breaking event', cpu.breakingEventAddress, undefined],
    ['fpc', cpu.fpc, undefined],
  ];
  const known = others.flatMap(([key, value, text]) => (value === undefined ? [] : [[key, value, style.dim(visibleLine(text ?? ''))]]));
  if (known.length > 0) lines.push(columns(known));
  if (cpu.registers !== undefined) lines.push(columns(Object.entries(cpu.registers)));
  const places = namedRegisters(cpu, names);
  if (places.length > 0) lines.push(style.dim('  symbols at these addresses:'), columns(places));
  return lines.join('\n');
}

/** Groups of CPUs in the same state, one line each. `names` are those of addresses in registers. */
export function cpuGroupsText({ cpus, numbering }: CpusAnswer, style: Style, names = noNames): string {
  const rows = cpuGroups(cpus).map(({ cpus: members }) => {
    const [cpu] = members;
    return [
      cpuNumbersText(members, numbering),
      members.length === 1 ? '' : `${members.length} CPUs`,
      visibleLine(cpuStateText(cpu) ?? ''),
      instructionAddress(cpu) ?? '',
      visibleLine(instructionName(cpu, names) ?? ''),
      style.dim(sourceWords[cpu.source]),
    ];
  });
  const head = style.dim(`numbers are ${numberingWords[numbering]}`);
  const hint = style.dim(`${cpus.length} CPUs; those in the same state share a line; --cpu shows the registers of one, --all those of each`);
  return `${head}\n\n${columns(rows)}\n\n${hint}\n`;
}

export interface CpusAnswer {
  readonly cpus: readonly CpuJson[];
  readonly numbering: CpuNumbering;
}

/** CPUs one after the other; first what their numbers mean. `names` are those of addresses in registers. */
export function cpusText({ cpus, numbering }: CpusAnswer, style: Style, names = noNames): string {
  if (cpus.length === 0) return 'no CPU is recorded in this dump: it has no register note and no readable lowcore\n';
  const head = style.dim(`numbers are ${numberingWords[numbering]}`);
  return `${head}\n\n${cpus.map((cpu) => cpuText(cpu, numbering, style, names)).join('\n\n')}\n`;
}
