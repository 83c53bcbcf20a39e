/**
 * Lists of the kernel as generators of their members (include/linux/list.h, list_nulls.h, llist.h). Each ends whatever memory holds: a link that
 * leads back, nowhere, or to what does not point back gives an object that says so, and the walk continues where it can.
 */
import { failed, isFailure } from '../../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../../shared/units.ts';
import type { KernelMemory } from '../../memory/kernel-memory.ts';
import { walkList } from '../../memory/linked-list.ts';
import { KernelObject, type ObjectSpace } from '../kernel-object.ts';

/** A chain longer than this is taken for damage. */
const mostNodes = 1 << 20;

/** Address of a head, or the one object that a walk without it consists of. */
export const headOf = (head: KernelObject): bigint | KernelObject => {
  const { address } = head;
  return isFailure(address) ? KernelObject.failing(head.space, address) : address.value;
};

const broken = (space: ObjectSpace, what: string, at: bigint, why: string): KernelObject =>
  KernelObject.failing(space, failed(what, why, { space: 'virtual', start: hex(at), end: hex(at + BigInt(space.memory.pointerBytes)) }));

const member = (space: ObjectSpace, node: VirtualAddress, type: string, path: string): KernelObject =>
  KernelObject.at(space, node, 'list_head').containerOf(type, path);

/**
 * Members of a circular list, in its order: `listEntries(objects.variable('modules', 'list_head'), 'module', 'list')`. After a break those that
 * are reached from its other end follow.
 * @param head the list_head that is not a member
 * @param path of the list_head in each member
 * @param most members: a longer list breaks there; some million unless given
 */
export function* listEntries(head: KernelObject, type: string, path: string, most?: number): Generator<KernelObject, void> {
  const { space } = head;
  const start = headOf(head);
  if (typeof start !== 'bigint') {
    yield start;
    return;
  }
  const { nodes, broken: why } = walkList(space.memory, start, undefined, most);
  for (const node of nodes) yield member(space, node, type, path);
  if (why !== undefined) yield broken(space, `list at ${hex(start)}`, start, why);
}

/** A chain of single links. Nodes; the last thing yielded is why it broke, where it did. */
function* chain(
  memory: KernelMemory,
  first: bigint,
  end: (link: bigint) => boolean,
  holds: (node: VirtualAddress, from: bigint) => boolean,
): Generator<bigint | string, void> {
  const seen = new Set<bigint>();
  let from = first;
  for (;;) {
    const node = memory.pointer(from);
    if (node === undefined) {
      yield `the link at ${hex(from)} cannot be read: ${memory.absence(from, memory.pointerBytes)?.detail ?? 'no bytes'}`;
      return;
    }
    if (end(node)) return;
    if (seen.has(node)) yield `the link at ${hex(from)} leads back to ${hex(node)}`;
    else if (seen.size >= mostNodes) yield `more than ${mostNodes} members`;
    else if (!holds(node, from)) yield `the link at ${hex(from)} leads to ${hex(node)}, which does not point back`;
    else {
      seen.add(node);
      yield node;
      from = node;
      continue;
    }
    return;
  }
}

function* chained(
  head: KernelObject,
  type: string,
  path: string,
  what: string,
  nodes: (memory: KernelMemory, first: bigint) => Generator<bigint | string, void>,
): Generator<KernelObject, void> {
  const { space } = head;
  const first = headOf(head);
  if (typeof first !== 'bigint') {
    yield first;
    return;
  }
  for (const node of nodes(space.memory, first))
    yield typeof node === 'bigint' ? member(space, node, type, path) : broken(space, `${what} at ${hex(first)}`, first, node);
}

/**
 * Members of one chain of a hash table, of struct hlist_head or hlist_nulls_head: nodes { next, pprev }, where pprev leads to the link that leads
 * here. An end mark of hlist_nulls is odd.
 */
export const hlistEntries = (head: KernelObject, type: string, path: string): Generator<KernelObject, void> =>
  chained(head, type, path, 'hash chain', (memory, first) =>
    chain(
      memory,
      first,
      (link) => link === 0n || (link & 1n) === 1n,
      (node, from) => memory.pointer(node + BigInt(memory.pointerBytes)) === from,
    ),
  );

/** Members of a lock-less list (struct llist_head): nothing points back. */
export const llistEntries = (head: KernelObject, type: string, path: string): Generator<KernelObject, void> =>
  chained(head, type, path, 'lock-less list', (memory, first) =>
    chain(
      memory,
      first,
      (link) => link === 0n,
      () => true,
    ),
  );
