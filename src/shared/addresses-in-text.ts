/**
 * Addresses that the kernel prints into text: its log and what quotes it. A pointer is a number of 16 hexadecimal digits, or of at least six after 0x (%px, %016lx of
 * lib/vsprintf.c); a place in code is a symbol with offset and size (%pS), with its module. `[mem 0x…-0x…]` (%pR) is memory by its absolute address.
 */
import type { AddressSpace } from './model.ts';
import { parseSymbol } from './symbol-expression.ts';
import { hex } from './units.ts';

export interface AddressPiece {
  readonly text: string;
  /** What it means, as `parseTypedAddress` reads it: "virtual:0x3ff", "do_exit+0x10 [module]". */
  readonly address?: string;
}

const places = /\[mem 0x[0-9a-f]{1,16}-0x[0-9a-f]{1,16}|[A-Za-z_][\w.]*\+0x[0-9a-f]+\/0x[0-9a-f]+(?: \[[\w-]+\])?|\b0x[0-9a-f]{6,16}\b|\b[0-9a-f]{16}\b/gi;
/** More pieces of one text are left as they are: nobody reads on. */
const mostPieces = 256;
/** What our own sentences say of places in the dump's file. */
const ofFile = /\b(?:offset|descriptor at|points to|byte|bytes) $/;
const longestOfFile = 16;
/** In the last page lie small negative numbers: errors, not addresses. */
const lastAddress = (1n << 64n) - 0x1000n;
/** Smaller numbers are sizes and flags, or in the first pages. */
const firstAddress = 0x1_0000n;

/** As it is written where an address is named together with its space. */
export const spacedAddress = (space: AddressSpace, address: bigint): string => `${space}:${hex(address)}`;

function meant(text: string): string | undefined {
  if (text.includes('+')) {
    const symbol = parseSymbol(text);
    if (symbol === undefined) return undefined;
    return `${symbol.name}+${hex(symbol.offset)}${symbol.module === undefined ? '' : ` [${symbol.module}]`}`;
  }
  const value = BigInt(text.toLowerCase().startsWith('0x') ? text.toLowerCase() : `0x${text}`);
  return value < firstAddress || value >= lastAddress ? undefined : spacedAddress('virtual', value);
}

/** The text in pieces whose texts joined are it; pieces with an address are what the kernel printed for one. */
export function addressesInText(text: string): readonly AddressPiece[] {
  const pieces: AddressPiece[] = [];
  let from = 0;
  const add = (start: number, end: number, address: string | undefined): void => {
    if (address === undefined) return;
    if (start > from) pieces.push({ text: text.slice(from, start) });
    pieces.push({ text: text.slice(start, end), address });
    from = end;
  };
  for (const { 0: found, index } of text.matchAll(places)) {
    if (pieces.length >= mostPieces) break;
    if (ofFile.test(text.slice(Math.max(0, index - longestOfFile), index))) continue;
    if (!found.startsWith('[mem ')) add(index, index + found.length, meant(found));
    else
      for (const bound of found.matchAll(/0x[0-9a-f]+/gi)) {
        const start = index + bound.index;
        add(start, start + bound[0].length, spacedAddress('absolute', BigInt(bound[0])));
      }
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}
