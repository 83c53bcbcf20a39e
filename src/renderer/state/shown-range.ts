/** What "select all" selects in a hex view: never the whole 64-bit space, but the smallest range with a name around the cursor; then the next larger one. */
import type { Laid } from './laid.ts';
import type { Position } from './position.ts';

export interface NamedRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly name: string;
}

export interface RangesAround {
  readonly laid: Laid | undefined;
  /** Absolute addresses, as the engine writes them. */
  readonly regions: readonly { readonly name: string; readonly start: string; readonly end: string }[];
  readonly memory: readonly { readonly start: string; readonly end: string }[];
  readonly fileBytes: bigint;
}

const page = 4096n;

function candidates(position: Position, { laid, regions, memory, fileBytes }: RangesAround): readonly NamedRange[] {
  const { space, cpu, address } = position;
  const structure =
    laid?.size !== undefined && laid.at.space === space && laid.at.cpu === cpu
      ? [{ start: laid.at.address, end: laid.at.address + BigInt(laid.size), name: laid.layout }]
      : [];
  const range = ({ start, end }: { readonly start: string; readonly end: string }, name: string): NamedRange => ({
    start: BigInt(start),
    end: BigInt(end),
    name,
  });
  switch (space) {
    case 'absolute':
      return [...structure, ...regions.map((one) => range(one, one.name)), ...memory.map((one) => range(one, 'range of memory'))];
    case 'file':
      return [...structure, { start: 0n, end: fileBytes, name: 'the file' }];
    case 'real':
    case 'virtual':
      return [...structure, { start: address - (address % page), end: address - (address % page) + page, name: 'page' }];
  }
}

/** The smallest range that contains the selection and more; undefined if there is none, as in a gap of memory. */
export function nextRange(position: Position, around: RangesAround): NamedRange | undefined {
  const start = position.address;
  const end = start + BigInt(Math.max(1, position.length));
  return candidates(position, around)
    .filter((one) => one.start <= start && one.end >= end && one.end - one.start > end - start)
    .toSorted((left, right) => (left.end - left.start < right.end - right.start ? -1 : 1))[0];
}
