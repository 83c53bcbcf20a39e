/**
 * Red-black trees (include/linux/rbtree.h): nodes { __rb_parent_color, rb_right, rb_left }. A node has to name as its parent the one that leads to
 * it; a branch that does not is left out and says so.
 */
import { failed } from '../../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../../shared/units.ts';
import { KernelObject } from '../kernel-object.ts';
import { headOf } from './lists.ts';

const mostNodes = 1 << 22;
/** Twice the binary logarithm of what 64 bits can address. */
const mostDepth = 128;
/** Colour, and a bit that is free. */
const parentMask = ~3n;

interface Waiting {
  readonly node: VirtualAddress;
  /** The node before it on the way from the root. */
  readonly above: Waiting | undefined;
  readonly depth: number;
}

/**
 * Members of a tree in its order.
 * @param root struct rb_root or rb_root_cached
 * @param path of the rb_node in each member
 */
export function* rbtreeEntries(root: KernelObject, type: string, path: string): Generator<KernelObject, void> {
  const { space } = root;
  const { memory } = space;
  const start = headOf(root);
  if (typeof start !== 'bigint') {
    yield start;
    return;
  }
  const word = BigInt(memory.pointerBytes);
  const wrong = (at: bigint, why: string): KernelObject =>
    KernelObject.failing(space, failed(`red-black tree at ${hex(start)}`, why, { space: 'virtual', start: hex(at), end: hex(at + word) }));
  const seen = new Set<bigint>();
  /** The node that a link leads to; undefined for none, an object for a wrong one. */
  const follow = (link: bigint, above: Waiting | undefined): Waiting | KernelObject | undefined => {
    const node = memory.pointer(link);
    if (node === undefined) return wrong(link, `the link at ${hex(link)} cannot be read: ${memory.absence(link, Number(word))?.detail ?? 'no bytes'}`);
    if (node === 0n) return undefined;
    const depth = (above?.depth ?? 0) + 1;
    const parent = memory.pointer(node);
    if (parent === undefined) return wrong(link, `the link at ${hex(link)} leads to ${hex(node)}: ${memory.absence(node, Number(word))?.detail ?? 'no bytes'}`);
    if ((parent & parentMask) !== (above?.node ?? 0n))
      return wrong(link, `the link at ${hex(link)} leads to ${hex(node)}, whose parent is ${hex(parent & parentMask)}`);
    if (seen.has(node)) return wrong(link, `the link at ${hex(link)} leads back to ${hex(node)}`);
    if (depth > mostDepth || seen.size >= mostNodes)
      return wrong(link, depth > mostDepth ? `it is deeper than ${mostDepth} nodes` : `more than ${mostNodes} members`);
    seen.add(node);
    return { node, above, depth };
  };
  const waiting: Waiting[] = [];
  /** Down to the left; yields what is wrong on the way. */
  function* descend(link: bigint, above: Waiting | undefined): Generator<KernelObject, void> {
    let at = follow(link, above);
    while (at !== undefined) {
      if (at instanceof KernelObject) {
        yield at;
        return;
      }
      waiting.push(at);
      at = follow(at.node + word * 2n, at);
    }
  }
  yield* descend(start, undefined);
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    yield KernelObject.at(space, at.node, 'rb_node').containerOf(type, path);
    yield* descend(at.node + word, at);
  }
}
