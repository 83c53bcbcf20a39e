/**
 * A symbol with an offset, as people type it and as the kernel prints it: "do_exit", "do_exit+0x10", "do_exit+0x10/0x4c0 [module]"
 * (%pS of lib/vsprintf.c). Wherever an address may be typed as a symbol, this reads it.
 */
import { parseAddress, type AddressExpression, type AddressSyntaxError } from './address-expression.ts';
import { defined } from './defined.ts';

export interface SymbolExpression {
  readonly name: string;
  readonly offset: bigint;
  readonly module?: string | undefined;
}

const pattern = /^([A-Za-z_.$][\w.$]*)(?:\s*([+-])\s*(0x[0-9a-f]{1,16}|\d{1,20})(?:\/0x[0-9a-f]{1,16})?)?(?:\s+\[([\w-]{1,64})\])?$/i;
/** A register, or a lowcore. */
const ofCpu = /^(cpu\d+\.|lowcore\b)/i;

/** Undefined for what is not a symbol, and for registers and lowcores, which are addresses of their own. */
export function parseSymbol(text: string): SymbolExpression | undefined {
  const match = ofCpu.test(text.trim()) ? null : pattern.exec(text.trim());
  if (match?.[1] === undefined) return undefined;
  const [, name, sign, digits = '0', module] = match;
  const offset = BigInt(digits.toLowerCase());
  return { name, offset: sign === '-' ? -offset : offset, ...defined({ module }) };
}

export type TypedAddress =
  | { readonly kind: 'address'; readonly expression: AddressExpression }
  | { readonly kind: 'symbol'; readonly symbol: SymbolExpression }
  | { readonly kind: 'neither'; readonly error: AddressSyntaxError };

/** What a person typed where both an address and a symbol are taken. */
export function parseTypedAddress(text: string): TypedAddress {
  const parsed = parseAddress(text);
  if (parsed.ok) return { kind: 'address', expression: parsed.expression };
  const symbol = parseSymbol(text);
  return symbol === undefined ? { kind: 'neither', error: parsed.error } : { kind: 'symbol', symbol };
}
