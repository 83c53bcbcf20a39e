/**
 * Maple trees (include/linux/maple_tree.h, lib/maple_tree.c since 6.1): ranges of indices and what they lead to. Pointers to nodes carry the
 * node's type; a node names its parent and the slot that it lies in.
 */
import { failed, isFailure, type Failure } from '../../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../../shared/units.ts';
import { KernelObject } from '../kernel-object.ts';
import { headOf } from './lists.ts';

export interface MapleEntry {
  readonly first: bigint;
  /** Inclusive. */
  readonly last: bigint;
  readonly entry: bigint;
}

const mostEntries = 1 << 22;
const mostDepth = 16;
const lastIndex = (1n << 64n) - 1n;
/** MAPLE_NODE_MASK: type, marks and, in a parent pointer, the slot. */
const nodeMask = 0xffn;
/** enum maple_type: leaf, range, and range with gaps; the dense ones are not used. */
const leafNode = 1;
const rangeNode = 2;
const gapNode = 3;
/** The parent of the root is the tree with this bit. */
const rootMark = 1n;

interface NodeShape {
  readonly pivots: bigint;
  readonly slots: bigint;
  readonly count: number;
}

function shapeOf(tree: KernelObject, type: string): NodeShape | Failure {
  const node = KernelObject.at(tree.space, 0n, type);
  const pivots = node.at('pivot').address;
  const slots = node.at('slot');
  const count = slots.length;
  if (isFailure(pivots)) return pivots;
  if (isFailure(slots.address)) return slots.address;
  return isFailure(count) ? count : { pivots: pivots.value, slots: slots.address.value, count: count.value };
}

/** Entries of a tree in their order; empty ranges are left out. @param tree struct maple_tree */
export function* mapleEntries(tree: KernelObject): Generator<MapleEntry | Failure, void> {
  const start = headOf(tree);
  const range = shapeOf(tree, 'maple_range_64');
  const gap = shapeOf(tree, 'maple_arange_64');
  const top = tree.at('ma_root').u64();
  if (typeof start !== 'bigint' || isFailure(range) || isFailure(gap) || isFailure(top)) {
    yield [typeof start === 'bigint' ? undefined : start.failure, range, gap, top].find(isFailure) ?? failed('maple tree', 'it has no address');
    return;
  }
  const { memory } = tree.space;
  const wrong = (at: bigint, why: string): Failure => failed(`maple tree at ${hex(start)}`, why, { space: 'virtual', start: hex(at), end: hex(at + 8n) });
  const isNode = (entry: bigint): boolean => (entry & 3n) === 2n && entry > 4096n;
  if (!isNode(top.value)) {
    if (top.value !== 0n) yield { first: 0n, last: 0n, entry: top.value };
    return;
  }
  const rootParent = start | rootMark;
  const shapes: Readonly<Record<number, NodeShape>> = { [leafNode]: range, [rangeNode]: range, [gapNode]: gap };
  const seen = new Set<bigint>();
  let found = 0;
  function* walk(node: VirtualAddress, above: bigint | undefined, min: bigint, max: bigint, depth: number): Generator<MapleEntry | Failure, void> {
    const type = Number((node >> 3n) & 0xfn);
    const address = node & ~nodeMask;
    const parent = memory.pointer(address);
    if (parent === undefined) {
      yield wrong(address, `the node at ${hex(address)} cannot be read: ${memory.absence(address, 256)?.detail ?? 'no bytes'}`);
      return;
    }
    const fits = above === undefined ? parent === rootParent : (parent & ~nodeMask) === above;
    const shape = shapes[type];
    if (shape === undefined || !fits || depth > mostDepth || seen.has(address)) {
      yield wrong(address, `${hex(node)} is not a node of it`);
      return;
    }
    seen.add(address);
    let low = min;
    for (let at = 0; at < shape.count && found <= mostEntries; at += 1) {
      const pivot = at === shape.count - 1 ? max : memory.u64(address + shape.pivots + BigInt(at * 8));
      const entry = memory.pointer(address + shape.slots + BigInt(at * 8));
      if (pivot === undefined || entry === undefined) {
        yield wrong(address, `the node at ${hex(address)} cannot be read`);
        return;
      }
      // The last piece in use may have 0 for "up to the end of the node".
      const high = pivot === 0n && at > 0 ? max : pivot;
      if (high < low || high > max) {
        yield wrong(address, `the node at ${hex(address)} is not in order`);
        return;
      }
      if (type === leafNode) {
        if (entry !== 0n) {
          found += 1;
          yield { first: low, last: high, entry };
        }
      } else if (!isNode(entry)) yield wrong(address, `slot ${at} of the inner node at ${hex(address)} holds no node`);
      else yield* walk(entry, address, low, high, depth + 1);
      if (high >= max) return;
      low = high + 1n;
    }
  }
  yield* walk(top.value, undefined, 0n, lastIndex, 0);
  if (found > mostEntries) yield wrong(start, `more than ${mostEntries} entries`);
}
