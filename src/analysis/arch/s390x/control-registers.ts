/**
 * Control registers by their named bits (lowcore.md section 5; arch/s390/include/asm/ctlreg.h of 6.8, ctl_reg.h before). IBM numbers
 * bits from the left. The sub-masks of CR14 are those of ctlreg.h (CR14_*_SUBMASK); its running value 0xdb000000 is proven on real dumps.
 */
import { hex } from '../../../shared/units.ts';
import { asceText } from './asce.ts';

type Bits = Readonly<Record<number, string>>;

const cr0: Bits = {
  8: 'transactional execution', 9: 'PIFO', 10: 'clock-comparator sign', 13: 'crypto counters', 14: 'PAI extension', 15: 'CPU-measurement extraction', 30: 'warning track',
  35: 'low-address protection', 38: 'fetch-protection override', 39: 'storage-protection override', 40: 'enhanced DAT', 43: 'instruction-execution protection',
  45: 'AFP registers', 46: 'vector', 48: 'malfunction alert', 49: 'emergency signal', 50: 'external call', 52: 'clock comparator', 53: 'CPU timer', 54: 'service signal',
  57: 'interrupt key', 58: 'measurement alert', 59: 'timing alert', 62: 'IUCV',
}; // prettier-ignore

const cr14: Bits = { 35: 'channel report', 36: 'recovery', 37: 'degradation', 38: 'external damage', 39: 'warning' };

const isSet = (value: bigint, bit: number): boolean => ((value >> BigInt(63 - bit)) & 1n) === 1n;
const field = (value: bigint, first: number, last: number): bigint => (value >> BigInt(63 - last)) & ((1n << BigInt(last - first + 1)) - 1n);
const bitsOf = (value: bigint, names: Bits): string[] => Object.entries(names).flatMap(([bit, name]) => (isSet(value, Number(bit)) ? [name] : []));

/** Interruption subclasses 0 to 7 that are enabled: bits 32 to 39 of CR6. */
function subclasses(value: bigint): string {
  const enabled = Array.from({ length: 8 }, (_, number) => number).filter((number) => isSet(value, 32 + number));
  return enabled.length === 0 ? 'no I/O subclass' : `I/O subclasses ${enabled.join(', ')}`;
}

function dispatchable(value: bigint): string {
  const words = [`DUCT at ${hex(field(value, 33, 57) << 6n)}`];
  if (isSet(value, 59)) words.push('guarded storage');
  if (isSet(value, 61)) words.push('transaction diagnostic scope');
  if ((value & 3n) !== 0n) words.push(`transaction diagnostic control ${value & 3n}`);
  return words.join(', ');
}

function perEvents(value: bigint): string {
  const events: Bits = {
    32: 'successful branching',
    33: 'instruction fetching',
    34: 'storage alteration',
    36: 'store using real address',
    38: 'transaction end',
  };
  return bitsOf(value, events).join(', ') || 'no PER event';
}

const joined = (words: readonly string[]): string | undefined => (words.length === 0 ? undefined : words.join(', '));

/**
 * What a control register says.
 * @param register 0 to 15
 * @returns undefined for registers without named parts, and for those that are zero and mean nothing then
 */
export function describeControlRegister(register: number, value: bigint): string | undefined {
  switch (register) {
    case 0:
      return joined(bitsOf(value, cr0));
    case 1:
      return `primary: ${asceText(value)}`;
    case 2:
      return dispatchable(value);
    case 5:
      return `primary ASTE at ${hex(field(value, 33, 57) << 6n)}`;
    case 6:
      return subclasses(value);
    case 7:
      return `secondary: ${asceText(value)}`;
    case 8:
      return joined((value & 0xffffn) === 0n ? [] : [`monitor classes ${hex(value & 0xffffn)}`]);
    case 9:
      return value === 0n ? undefined : perEvents(value);
    case 10:
      return value === 0n ? undefined : `PER start ${hex(value)}`;
    case 11:
      return value === 0n ? undefined : `PER end ${hex(value)}`;
    case 12:
      return value === 0n ? undefined : `trace entry ${hex(value)}`;
    case 13:
      return `home: ${asceText(value)}`;
    case 14:
      return joined(bitsOf(value, cr14).map((name, index) => (index === 0 ? `machine checks: ${name}` : name)));
    case 15:
      return `linkage stack ${hex(value & ~0x7n)}`;
    default:
      return undefined;
  }
}
