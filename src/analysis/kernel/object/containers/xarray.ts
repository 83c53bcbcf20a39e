/**
 * XArrays (include/linux/xarray.h since 4.20) and what is built on them: IDRs, page caches. A node has to name its place: its parent, the slot it
 * lies in, and a shift that is one step below its parent's.
 */
import { failed, isFailure, type Failure } from '../../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../../shared/units.ts';
import { KernelObject } from '../kernel-object.ts';
import { headOf } from './lists.ts';

export interface XarrayEntry {
  readonly index: bigint;
  /** As it is stored: a pointer, perhaps with marks in its lowest bits; a value is odd (twice the value, plus 1). */
  readonly entry: bigint;
}

const mostEntries = 1 << 22;
const mostDepth = 11;
const indexEnd = 1n << 64n;

/** Entries that the array keeps for itself have 10 in the lowest bits; those above 4096 are nodes. */
const isInternal = (entry: bigint): boolean => (entry & 3n) === 2n;
const isNode = (entry: bigint): boolean => isInternal(entry) && entry > 4096n;

/** Places of the members of struct xa_node, looked for once per walk. */
interface NodePlaces {
  readonly shift: bigint;
  readonly offset: bigint;
  readonly parent: bigint;
  readonly slots: bigint;
  /** Slots of a node: 64, or 16 in small kernels. */
  readonly count: number;
}

function placesOf(array: KernelObject): NodePlaces | Failure {
  const node = KernelObject.at(array.space, 0n, 'xa_node');
  const [shift, offset, parent, slots] = [node.at('shift').address, node.at('offset').address, node.at('parent').address, node.at('slots')];
  const count = slots.length;
  if (isFailure(shift)) return shift;
  if (isFailure(offset)) return offset;
  if (isFailure(parent)) return parent;
  if (isFailure(slots.address)) return slots.address;
  if (isFailure(count)) return count;
  return { shift: shift.value, offset: offset.value, parent: parent.value, slots: slots.address.value, count: count.value };
}

/** Entries of an array in the order of their indices; one that covers several indices comes once. */
export function* xarrayEntries(array: KernelObject): Generator<XarrayEntry | Failure, void> {
  const start = headOf(array);
  const places = placesOf(array);
  const top = array.at('xa_head').u64();
  if (typeof start !== 'bigint' || isFailure(places) || isFailure(top)) {
    yield [typeof start === 'bigint' ? undefined : start.failure, places, top].find(isFailure) ?? failed('xarray', 'it has no address');
    return;
  }
  const { memory } = array.space;
  const wrong = (at: bigint, why: string): Failure => failed(`xarray at ${hex(start)}`, why, { space: 'virtual', start: hex(at), end: hex(at + 8n) });
  if (!isNode(top.value)) {
    if (top.value !== 0n && !isInternal(top.value)) yield { index: 0n, entry: top.value };
    return;
  }
  const seen = new Set<bigint>();
  let found = 0;
  const step = Math.log2(places.count);
  const { shift: shiftAt, offset: slotAt, parent: parentAt, slots, count } = places;
  function* walk(
    node: VirtualAddress,
    parent: bigint,
    slot: number,
    shift: number | undefined,
    base: bigint,
    depth: number,
  ): Generator<XarrayEntry | Failure, void> {
    const ownShift = memory.u8(node + shiftAt);
    const ownSlot = memory.u8(node + slotAt);
    const ownParent = memory.pointer(node + parentAt);
    if (ownShift === undefined || ownSlot === undefined || ownParent === undefined) {
      yield wrong(node, `the node at ${hex(node)} cannot be read: ${memory.absence(node, 64)?.detail ?? 'no bytes'}`);
      return;
    }
    const fits = ownParent === parent && ownSlot === slot && ownShift % step === 0 && (shift === undefined ? ownShift < 64 : ownShift === shift - step);
    if (!fits || seen.has(node) || depth > mostDepth) {
      yield wrong(node, `there is no node of it at ${hex(node)}`);
      return;
    }
    seen.add(node);
    for (let at = 0; at < count; at += 1) {
      const entry = memory.pointer(node + slots + BigInt(at * memory.pointerBytes));
      if (entry === undefined) {
        yield wrong(node, `slot ${at} of the node at ${hex(node)} cannot be read`);
        return;
      }
      const index = base + (BigInt(at) << BigInt(ownShift));
      if (index >= indexEnd) return;
      if (isNode(entry)) {
        if (ownShift === 0) yield wrong(node, `slot ${at} of the lowest node at ${hex(node)} holds a node`);
        else yield* walk(entry & ~3n, node, at, ownShift, index, depth + 1);
      } else if (entry !== 0n && !isInternal(entry)) {
        found += 1;
        if (found > mostEntries) return;
        yield { index, entry };
      }
      if (found > mostEntries) return;
    }
  }
  yield* walk(top.value & ~3n, 0n, 0, undefined, 0n, 0);
  if (found > mostEntries) yield wrong(start, `more than ${mostEntries} entries`);
}

/** What an XArray leads to, as objects of one type; entries that are values are left out. */
export function* xarrayObjects(array: KernelObject, type: string): Generator<{ readonly index: bigint; readonly object: KernelObject }, void> {
  for (const one of xarrayEntries(array)) {
    if (isFailure(one)) yield { index: 0n, object: KernelObject.failing(array.space, one) };
    else if ((one.entry & 1n) === 0n) yield { index: one.index, object: KernelObject.at(array.space, one.entry & ~3n, type) };
  }
}

/** What the ids of a struct idr lead to (include/linux/idr.h: an XArray, ids counted from idr_base). */
export function* idrObjects(idr: KernelObject, type: string): Generator<{ readonly id: bigint; readonly object: KernelObject }, void> {
  const base = idr.at('idr_base').integer();
  if (isFailure(base)) yield { id: 0n, object: KernelObject.failing(idr.space, base) };
  else for (const { index, object } of xarrayObjects(idr.at('idr_rt'), type)) yield { id: index + base.value, object };
}
