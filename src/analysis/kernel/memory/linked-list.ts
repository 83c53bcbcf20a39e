/** Circular doubly linked lists of the kernel (include/linux/list.h): a head and nodes, each { next, prev }. */
import { defined } from '../../../shared/defined.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import { finish, stepTurns, type Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from './kernel-memory.ts';

export interface ListWalk {
  /** Addresses of the nodes in list order, without the head. After a break those reached backwards follow. */
  readonly nodes: readonly VirtualAddress[];
  /** True when the walk came back to the head. */
  readonly complete: boolean;
  /** Where it broke, and why. */
  readonly broken?: string;
}

/** A list longer than this is taken for damage: PID_MAX_LIMIT of 64-bit kernels is 4 Mi, and no dump shows more than this. */
const maxNodes = 1 << 20;

/** How a walk ended. */
export type ListEnd = Omit<ListWalk, 'nodes'>;

/** Nodes of a list as they are read, undefined for pauses. */
export type NodeWalk = Generator<VirtualAddress | undefined, ListEnd, undefined>;

/** One direction of a walk: `link` is the offset of the pointer to follow, `back` that of the one that must lead back. */
function* walk(
  memory: KernelMemory,
  head: VirtualAddress,
  link: bigint,
  back: bigint,
  seen: Set<bigint>,
  accept: (node: VirtualAddress) => boolean,
  limit = maxNodes,
): NodeWalk {
  const stop = (broken: string): ListEnd => ({ complete: false, broken });
  for (let at = head, turn = 1; ; turn += 1) {
    if (turn % stepTurns === 0) yield undefined;
    const next = memory.pointer(at + link);
    if (next === undefined) return stop(`the link at ${hex(at + link)} cannot be read: ${memory.absence(at + link, 8)?.detail ?? 'no bytes'}`);
    if (next !== head && seen.has(next)) return stop(`the link at ${hex(at + link)} leads back to ${hex(next)}`);
    const before = memory.pointer(next + back);
    if (before === undefined) return stop(`the link at ${hex(at + link)} leads to ${hex(next)}: ${memory.absence(next + back, 8)?.detail ?? 'no bytes'}`);
    if (before !== at) return stop(`the link at ${hex(at + link)} leads to ${hex(next)}, which does not point back`);
    if (next === head) return { complete: true };
    if (!accept(next)) return stop(`the link at ${hex(at + link)} leads to ${hex(next)}, where there is no such structure`);
    if (turn > limit) return stop(`more than ${limit} members`);
    seen.add(next);
    yield next;
    at = next;
  }
}

/** Whether the neighbours of a node lead back to it; a list of the node alone does. */
export function isLinked(memory: KernelMemory, node: VirtualAddress): boolean {
  const [next, prev] = [memory.pointer(node), memory.pointer(node + 8n)];
  return next !== undefined && prev !== undefined && memory.pointer(next + 8n) === node && memory.pointer(prev) === node;
}

/** All nodes of a walk together. */
function* collected(nodes: NodeWalk): Steps<ListWalk> {
  const found: bigint[] = [];
  for (;;) {
    const next = nodes.next();
    if (next.done === true) return { nodes: found, ...next.value };
    if (next.value === undefined) yield;
    else found.push(next.value);
  }
}

/**
 * Walks a list from its head. Each node must point back to the one before and pass `accept`; a broken list is walked from
 * its other end too, and its nodes from there on follow in list order. Loops and endless lists end.
 * @param most members, where fewer are wanted than the longest list has
 */
export function* walkNodes(memory: KernelMemory, head: VirtualAddress, accept: (node: VirtualAddress) => boolean = () => true, most = maxNodes): NodeWalk {
  const seen = new Set<bigint>();
  const forward = yield* walk(memory, head, 0n, 8n, seen, accept, Math.min(most, maxNodes));
  if (forward.complete) return forward;
  const backward = yield* collected(walk(memory, head, 8n, 0n, seen, accept, Math.min(most, maxNodes)));
  yield* backward.nodes.toReversed();
  return forward;
}

/** The same, all nodes together. */
export const walkListSteps = (memory: KernelMemory, head: VirtualAddress, accept?: (node: VirtualAddress) => boolean, most?: number): Steps<ListWalk> =>
  collected(walkNodes(memory, head, accept, most));

/** The same at once. */
export const walkList = (memory: KernelMemory, head: VirtualAddress, accept?: (node: VirtualAddress) => boolean, most?: number): ListWalk =>
  finish(walkListSteps(memory, head, accept, most));

/**
 * Both ends of a list, for what must not take longer for a longer one.
 * @param each members at most that are looked at from either end
 * @returns complete when no break was met on the way; then nodes are the first ones and the last ones, in list order
 */
export function walkListEnds(memory: KernelMemory, head: VirtualAddress, accept: (node: VirtualAddress) => boolean, each: number): ListWalk {
  const seen = new Set<bigint>();
  const first = finish(collected(walk(memory, head, 0n, 8n, seen, accept, each)));
  if (first.complete || first.nodes.length < each) return first;
  const last = finish(collected(walk(memory, head, 8n, 0n, new Set(), accept, each)));
  const known = new Set(first.nodes);
  const nodes = [...first.nodes, ...last.nodes.filter((node) => !known.has(node)).toReversed()];
  return { nodes, complete: last.complete || last.nodes.length >= each, ...defined({ broken: last.broken }) };
}
