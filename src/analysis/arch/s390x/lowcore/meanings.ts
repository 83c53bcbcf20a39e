/** What the codes and bits of a lowcore mean (lowcore.md sections 2.2 to 2.5 and 3.2). IBM numbers bits from the left. */
import { hex } from '../../../../shared/units.ts';
import { u64, type Presentation } from '../../../layout/field.ts';
import { bits } from '../../../layout/presentation.ts';
import type { FieldMaker } from './field-maker.ts';

/** Names of program interruptions by code (lowcore.md section 2.3; arch/s390/kernel/traps.c 6.19, pgm_check.S up to 4.19). */
const programInterruptions: Readonly<Record<number, string>> = {
  0x01: 'operation', 0x02: 'privileged operation', 0x03: 'execute', 0x04: 'protection', 0x05: 'addressing', 0x06: 'specification', 0x07: 'data',
  0x08: 'fixed-point overflow', 0x09: 'fixed-point divide', 0x0a: 'decimal overflow', 0x0b: 'decimal divide', 0x0c: 'HFP exponent overflow',
  0x0d: 'HFP exponent underflow', 0x0e: 'HFP significance', 0x0f: 'HFP divide', 0x10: 'segment translation', 0x11: 'page translation',
  0x12: 'translation specification', 0x13: 'special operation', 0x15: 'operand', 0x16: 'trace table', 0x18: 'transaction constraint',
  0x1b: 'vector processing', 0x1c: 'space switch', 0x1d: 'HFP square root', 0x38: 'ASCE type', 0x39: 'region first translation',
  0x3a: 'region second translation', 0x3b: 'region third translation', 0x3d: 'secure storage access', 0x3e: 'non-secure storage access',
  0x3f: 'secure storage violation', 0x40: 'monitor event',
}; // prettier-ignore

/** A program-interruption code in words; undefined for 0. */
export function describeProgramCode(code: number): string | undefined {
  if (code === 0) return undefined;
  const low = code & 0x7f;
  const words = low === 0 ? [] : [programInterruptions[low] ?? `unknown code ${hex(low)}`];
  if ((code & 0x80) !== 0) words.push('PER event');
  if ((code & 0x200) !== 0) words.push('transaction aborted');
  return words.join(', ');
}
export const programCode: Presentation<number> = { json: hex, text: describeProgramCode };

/** lowcore.md section 2.4; arch/s390/include/asm/irq.h. */
const externalInterruptions: Readonly<Record<number, string>> = {
  0x0040: 'interrupt key', 0x1004: 'clock comparator', 0x1005: 'CPU timer', 0x1007: 'warning track', 0x1200: 'malfunction alert', 0x1201: 'emergency signal',
  0x1202: 'external call', 0x1406: 'timing alert', 0x1407: 'measurement alert', 0x2401: 'service signal (SCLP)', 0x2603: 'CP service (pfault, virtio)', 0x4000: 'IUCV',
}; // prettier-ignore
export const externalCodes: Presentation<number> = {
  json: hex,
  text: (code) => externalInterruptions[code] ?? (code === 0 ? undefined : 'unknown external interruption'),
};

export const instructionLength: Presentation<number> = { text: (value) => (value === 0 ? undefined : `${value & 6} bytes`) };

/**
 * Data-exception codes (z/Architecture Principles of Operation, chapter 6, "Data-Exception Code"; Linux 6.1
 * arch/s390/kernel/traps.c, do_fp_trap and vector_exception). Unproven on a real dump.
 */
const dataExceptions: Readonly<Record<number, string>> = {
  0x00: 'decimal operand', 0x01: 'AFP register', 0x02: 'BFP instruction', 0x03: 'DFP instruction', 0xfe: 'vector instruction',
}; // prettier-ignore
const ieeeBits: readonly (readonly [number, string])[] = [
  [0x80, 'IEEE invalid operation'],
  [0x40, 'IEEE division by zero'],
  [0x20, 'IEEE overflow'],
  [0x10, 'IEEE underflow'],
  [0x08, 'IEEE inexact'],
];
export const dataExceptionCodes: Presentation<number> = {
  json: hex,
  text(code) {
    if (code === 0) return undefined;
    const named = dataExceptions[code];
    return named ?? (ieeeBits.flatMap(([bit, name]) => ((code & bit) !== 0 && code <= 0xff ? [name] : [])).join(', ') || undefined);
  },
};

/** PER event code (Principles of Operation, chapter 4, "PER code"; Linux asm/ptrace.h per_struct). Unproven on a real dump. */
export const perCode: Presentation<number> = {
  json: hex,
  text(code) {
    const events = [
      'successful branching',
      'instruction fetching',
      'storage alteration',
      'storage key alteration',
      'store using real address',
      'zero address detection',
      'transaction end',
      'instruction fetching nullification',
    ];
    return events.filter((_, index) => ((code >> (7 - index)) & 1) === 1).join(', ') || undefined;
  },
};

/** Translation-exception identification (lowcore.md section 2.2; union teid in arch/s390/include/asm/fault.h of 6.8). */
export function describeTeid(value: bigint): string | undefined {
  if (value === 0n) return undefined;
  const access = ['', ', store', ', fetch', ', access kind 3'][Number((value >> 10n) & 3n)] ?? '';
  const space = ['primary', 'access-register', 'secondary', 'home'][Number(value & 3n)] ?? '';
  const detail = ([[7n, 'b56'], [3n, 'b60'], [2n, 'b61']] as const).flatMap(([bit, name]) => (((value >> bit) & 1n) === 1n ? [name] : [])); // prettier-ignore
  return `page ${hex(value & ~0xfffn)}${access}, ${space} space${detail.length === 0 ? '' : `, protection bits ${detail.join(' ')}`}`;
}

/** lowcore.md section 2.5; union mci in arch/s390/include/asm/nmi.h. */
const machineChecks: Readonly<Record<number, string>> = {
  0: 'system damage', 1: 'instruction-processing damage', 2: 'system recovery', 4: 'timing-facility damage', 5: 'external damage', 7: 'degradation', 8: 'warning',
  9: 'channel report pending', 10: 'service-processor damage', 11: 'channel-subsystem damage', 14: 'backed up', 16: 'storage error uncorrected',
  17: 'storage error corrected', 18: 'storage-key error uncorrected', 19: 'storage degradation', 32: 'indirect storage error', 34: 'delayed-access exception', 44: 'ancillary report',
}; // prettier-ignore
/** Bits that say which of the stored state is valid. */
const machineCheckValidity: Readonly<Record<number, string>> = {
  20: 'PSW M/W/P', 21: 'PSW mask and key', 22: 'PSW program mask and CC', 23: 'PSW address', 24: 'failing storage address', 25: 'vector registers', 26: 'external damage code',
  27: 'floating-point registers', 28: 'general registers', 29: 'control registers', 31: 'storage', 33: 'access registers', 36: 'guarded storage', 42: 'TOD programmable',
  43: 'floating-point control', 46: 'CPU timer', 47: 'clock comparator',
}; // prettier-ignore

const named = (value: bigint, names: Readonly<Record<number, string>>): string[] =>
  Object.entries(names).flatMap(([bit, name]) => (((value >> BigInt(63 - Number(bit))) & 1n) === 1n ? [name] : []));

export function describeMcic(value: bigint): string | undefined {
  if (value === 0n) return undefined;
  const events = named(value, machineChecks);
  const valid = named(value, machineCheckValidity);
  return `${events.length === 0 ? 'no event' : events.join(', ')}${valid.length === 0 ? '' : `; valid: ${valid.join(', ')}`}`;
}

type FlagColumn = '4.9' | '4.19' | '5.15' | '6.6' | '6.12';
const flagColumns: readonly FlagColumn[] = ['4.9', '4.19', '5.15', '6.6', '6.12'];

/** Bit, name, first and last column that have it (lowcore.md section 3.2; arch/s390/include/asm/setup.h). */
const machineFlagNames: readonly (readonly [bit: number, name: string, from: FlagColumn, until: FlagColumn])[] = [
  [0, 'VM', '4.9', '6.12'], [1, 'KVM', '4.9', '6.12'], [2, 'LPAR', '4.9', '6.12'], [3, 'DIAG9C', '4.9', '6.12'], [4, 'ESOP', '4.9', '6.12'], [5, 'IDTE', '4.9', '6.12'],
  [6, 'DIAG44', '4.9', '4.19'], [7, 'EDAT1', '4.9', '6.12'], [8, 'EDAT2', '4.9', '6.12'], [9, 'LPP', '4.9', '4.9'], [10, 'TOPOLOGY', '4.9', '6.12'], [11, 'TE', '4.9', '6.12'],
  [12, 'TLB_LC', '4.9', '6.12'], [13, 'VX', '4.9', '6.6'], [14, 'CAD', '4.9', '4.9'], [14, 'TLB_GUEST', '4.19', '6.12'], [15, 'NX', '4.19', '6.12'], [16, 'GS', '4.19', '6.12'],
  [17, 'SCC', '4.19', '6.12'], [18, 'PCI_MIO', '5.15', '6.12'], [19, 'RDP', '6.6', '6.12'], [20, 'SEQ_INSN', '6.12', '6.12'],
]; // prettier-ignore

/** Field of machine feature bits with the names that a column has. The columns here are those where names changed. */
export function machineFlagBits(column: FlagColumn): FieldMaker {
  const at = flagColumns.indexOf(column);
  const names = machineFlagNames.filter(([, , from, until]) => flagColumns.indexOf(from) <= at && at <= flagColumns.indexOf(until));
  const presentation = bits(Object.fromEntries(names.map(([bit, name]) => [bit, name])));
  return (offset, doc) => u64(offset, doc, presentation);
}
