/**
 * One grammar for every place that a person types:
 *
 *   [SPACE:]BASE[+OFFSET|-OFFSET]
 *   SPACE  absolute | real | real(N) | virtual | virtual(N) | file | pfn
 *   BASE   0x1f00 | 8192 | lowcore | cpuN.lowcore | cpuN.REGISTER (r15, cr13, psw, prefix)
 *
 * A bare number has the space that the door chooses: absolute on the command line. Numbers are hexadecimal with 0x, else decimal.
 */
import { defined } from './defined.ts';
import type { AddressSpace } from './model.ts';
import { pageShift } from './units.ts';

export type AddressBase =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'lowcore'; readonly cpu?: number }
  | { readonly kind: 'register'; readonly cpu: number; readonly name: string };

export interface AddressExpression {
  /** Undefined: the door's default space. */
  readonly space: AddressSpace | undefined;
  readonly cpu: number | undefined;
  readonly base: AddressBase;
  readonly offset: bigint;
}

export interface AddressSyntaxError {
  /** Character position, from 0. */
  readonly at: number;
  readonly expected: string;
}

export type AddressParse = { readonly ok: true; readonly expression: AddressExpression } | { readonly ok: false; readonly error: AddressSyntaxError };

const spacePattern = /^(absolute|real|virtual|file|pfn)(?:\((\d{1,6})\))?:/i;
const numberPattern = /^(0x[0-9a-f]{1,16}|\d{1,20})/i;
const tooLong = /^(?:0x[0-9a-f]{17}|\d{21})/i;
const cpuPattern = /^cpu(\d{1,6})\.([a-z][a-z0-9_]*)/i;
const limit = 1n << 64n;

const wrong = (at: number, expected: string): AddressParse => ({ ok: false, error: { at, expected } });

function parseBase(text: string): { readonly base: AddressBase; readonly length: number } | undefined {
  const number = numberPattern.exec(text);
  if (number?.[0] !== undefined) return { base: { kind: 'number', value: BigInt(number[0].toLowerCase()) }, length: number[0].length };
  const cpu = cpuPattern.exec(text);
  if (cpu?.[1] !== undefined && cpu[2] !== undefined) {
    const name = cpu[2].toLowerCase();
    const base: AddressBase = name === 'lowcore' ? { kind: 'lowcore', cpu: Number(cpu[1]) } : { kind: 'register', cpu: Number(cpu[1]), name };
    return { base, length: cpu[0].length };
  }
  if (/^lowcore\b/i.test(text)) return { base: { kind: 'lowcore' }, length: 'lowcore'.length };
  return undefined;
}

export function parseAddress(input: string): AddressParse {
  const text = input.trim();
  const prefix = spacePattern.exec(text);
  const rest = text.slice(prefix?.[0].length ?? 0);
  const at = text.length - rest.length;
  const name = prefix?.[1]?.toLowerCase();
  const cpu = prefix?.[2] === undefined ? undefined : Number(prefix[2]);
  if (cpu !== undefined && name !== 'real' && name !== 'virtual') return wrong(0, 'a CPU number only with real(N): or virtual(N):');
  if (/^0x(?![0-9a-f])/i.test(rest)) return wrong(at + 2, 'hexadecimal digits after 0x');
  if (tooLong.test(rest)) return wrong(at, 'a number below 2^64');
  const found = parseBase(rest);
  if (found === undefined) return wrong(at, 'a number such as 0x1f00, lowcore, cpu0.lowcore or cpu0.r15');
  const tail = rest.slice(found.length);
  const offsetMatch = /^\s*([+-])\s*(0x[0-9a-f]{1,16}|\d{1,20})$/i.exec(tail);
  if (tail !== '' && offsetMatch === null) return wrong(at + found.length, 'the end, or an offset such as +0x10');
  const size = offsetMatch?.[2] === undefined ? 0n : BigInt(offsetMatch[2].toLowerCase());
  const offset = offsetMatch?.[1] === '-' ? -size : size;
  let { base } = found;
  if (base.kind === 'number' && base.value >= limit) return wrong(at, 'a number below 2^64');
  if (name === 'pfn') {
    if (base.kind !== 'number') return wrong(at, 'a page frame number');
    base = { kind: 'number', value: base.value << pageShift };
    if (base.value >= limit) return wrong(at, 'a page frame number below 2^52');
  }
  const space: AddressSpace | undefined = name === undefined ? undefined : name === 'pfn' ? 'absolute' : (name as AddressSpace);
  return { ok: true, expression: { space, cpu, base, offset } };
}

export interface RegisterLookup {
  /** Prefix of a CPU: where its lowcore lies. */
  prefix(cpu: number): bigint | undefined;
  /** Value of a register, and whether it is a virtual or an absolute address. */
  register(cpu: number, name: string): { readonly value: bigint; readonly space: AddressSpace } | undefined;
}

export interface ResolvedAddress {
  readonly space: AddressSpace;
  readonly address: bigint;
  readonly cpu?: number;
}

/** The address that an expression means in a dump, or in words why it means none. */
export function resolveAddress(expression: AddressExpression, defaultSpace: AddressSpace, lookup: RegisterLookup): ResolvedAddress | { readonly why: string } {
  const { base, cpu } = expression;
  let { space } = expression;
  let address: bigint;
  if (base.kind === 'number') address = base.value;
  else if (base.kind === 'lowcore') {
    const prefix = base.cpu === undefined ? 0n : lookup.prefix(base.cpu);
    if (prefix === undefined) return { why: `the prefix of CPU ${base.cpu ?? 0} is not known` };
    address = prefix;
    space ??= 'absolute';
  } else {
    const found = lookup.register(base.cpu, base.name);
    if (found === undefined) return { why: `CPU ${base.cpu} has no register ${base.name} in this dump` };
    address = found.value;
    space ??= found.space;
  }
  address += expression.offset;
  if (address < 0n || address >= limit) return { why: 'the offset leaves the 64-bit address space' };
  space ??= defaultSpace;
  // A register that holds a real or virtual address holds it as its own CPU saw it.
  const owner = cpu ?? (base.kind === 'register' && (space === 'real' || space === 'virtual') ? base.cpu : undefined);
  return { space, address, ...defined({ cpu: owner }) };
}
