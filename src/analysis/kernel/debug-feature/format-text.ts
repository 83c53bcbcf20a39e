/**
 * What the kernel's sprintf makes of a format and its arguments (lib/vsprintf.c, 5.10 to 6.12), each of them a long as the debug feature keeps it. Integers take
 * as many of its low bits as their type has. `%p` is written as the address that it is: the kernel would print a hash of it.
 */
import { hex } from '../../../shared/units.ts';

export interface FormatSource {
  /** Text at an address up to its NUL; undefined where the dump does not hold it. */
  readonly textAt: (address: bigint) => string | undefined;
  /** "name+0x1a [module]" */
  readonly symbolAt: (address: bigint) => string | undefined;
  /** The same without the place in it, for %ps; as `symbolAt` unless given. */
  readonly functionAt?: (address: bigint) => string | undefined;
}

const directive =
  /%(?<flags>[-+ #0]*)(?<width>\*|\d+)?(?:\.(?<precision>\*|\d*))?(?<length>hh|h|ll|l|L|z|t|q)?(?<conversion>[diuxXocsp%])(?<kind>(?:(?<=p)[A-Za-z0-9]+)?)/g;
const integerBits: Readonly<Record<string, number>> = { hh: 8, h: 16, l: 64, ll: 64, L: 64, z: 64, t: 64, q: 64 };
/** What a width or a precision of a line can be at most: one that memory holds may be any number. */
const mostWidth = 512;

interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

function padded(body: string, sign: string, { flags, width }: Directive, isNumber: boolean): string {
  const whole = sign + body;
  if (whole.length >= width) return whole;
  if (flags.includes('-')) return whole.padEnd(width);
  return isNumber && flags.includes('0') ? sign + body.padStart(width - sign.length, '0') : whole.padStart(width);
}

function integer(value: bigint, conversion: string, bits: number, one: Directive): string {
  const { flags, precision } = one;
  const isSigned = conversion === 'd' || conversion === 'i';
  const number = isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  const size = number < 0n ? -number : number;
  const base = conversion === 'o' ? 8 : conversion === 'x' || conversion === 'X' ? 16 : 10;
  const digits = size.toString(base).padStart(Math.min(precision ?? 1, mostWidth), '0');
  const prefix = !flags.includes('#') ? '' : base === 16 ? `0${conversion}` : base === 8 ? '0' : '';
  const sign = number < 0n ? '-' : isSigned && flags.includes('+') ? '+' : isSigned && flags.includes(' ') ? ' ' : '';
  return padded(conversion === 'X' ? digits.toUpperCase() : digits, sign + prefix, one, precision === undefined);
}

/** Kinds of pointers: px as a number, ps and pS as a symbol; others are written with their address. */
function pointer(
  value: bigint,
  kind: string,
  one: Directive,
  { symbolAt, functionAt = symbolAt }: FormatSource,
): { readonly text: string; readonly rest: string } {
  const [first = ''] = kind;
  if (first === 'x') return { text: padded(value.toString(16).padStart(16, '0'), '', one, false), rest: kind.slice(1) };
  if (first === 's' || first === 'S')
    return { text: padded((first === 's' ? functionAt : symbolAt)(value) ?? hex(value), '', one, false), rest: kind.slice(1) };
  if (first === 'K') return { text: padded(hex(value), '', one, false), rest: kind.slice(1) };
  // What is there is not printed but at the address.
  return /^[A-Z]/.test(first) ? { text: `(%p${kind} ${hex(value)})`, rest: '' } : { text: padded(hex(value), '', one, false), rest: kind };
}

export interface FormatArgument {
  readonly conversion: string;
  /** "hh", "l"; empty for an int. */
  readonly length: string;
  /** Of a pointer: "s", "I4". */
  readonly kind: string;
}

/** Arguments that a format takes, widths and precisions that are arguments among them. */
export function* formatArguments(format: string): Generator<FormatArgument, void> {
  for (const { groups } of format.matchAll(directive)) {
    const { width, precision, length = '', conversion = '', kind = '' } = groups ?? {};
    if (conversion === '%') continue;
    for (const one of [width, precision]) if (one === '*') yield { conversion: 'd', length: '', kind: '' };
    yield { conversion, length, kind };
  }
}

/** The text of a format with its arguments; those that it lacks are zero, as in the kernel's buffer. */
export function formatText(format: string, args: readonly bigint[], source: FormatSource): string {
  let next = 0;
  const take = (): bigint => args[next++] ?? 0n;
  const amount = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : text === '*' ? Number(BigInt.asIntN(32, take())) : text === '' ? 0 : Number(text);
  return format.replace(directive, (...found) => {
    const { flags = '', width, precision, length = '', conversion = '', kind = '' } = found.at(-1) as Readonly<Record<string, string | undefined>>;
    if (conversion === '%') return `%${kind}`;
    const wide = amount(width) ?? 0;
    const precise = amount(precision);
    const one: Directive = {
      flags: wide < 0 ? `-${flags}` : flags,
      width: Math.min(Math.abs(wide), mostWidth),
      // An argument below zero counts as none (string_nocheck() and number(), lib/vsprintf.c).
      precision: precise === undefined || precise < 0 ? undefined : precise,
    };
    const value = take();
    switch (conversion) {
      case 'c':
        return padded(String.fromCharCode(Number(value & 0xffn)), '', one, false) + kind;
      case 's': {
        const text = value === 0n ? '(null)' : (source.textAt(value) ?? `(the text at ${hex(value)} is not in the dump)`);
        return padded(one.precision === undefined ? text : text.slice(0, one.precision), '', one, false) + kind;
      }
      case 'p': {
        const { text, rest } = pointer(value, kind, one, source);
        return text + rest;
      }
      default:
        return integer(value, conversion, integerBits[length] ?? 32, one) + kind;
    }
  });
}
