/**
 * Requests that hold a tag. A tag of the driver (hctx->tags) leads through `rqs` to the request that holds it; with a scheduler requests belong to hctx->sched_tags, and get a tag of
 * the driver only when they are handed to it (block/blk-mq-tag.c, bt_iter(); block/blk-mq.c, __blk_mq_alloc_driver_tag()).
 */
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import { sbitmapBits } from '../object/containers/bitmaps.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import { contextsOf } from './request-queue.ts';

export interface HeldRequest {
  readonly address: VirtualAddress;
  readonly request: KernelObject;
  /** Number of its hardware context. */
  readonly context: number;
  /** Tag of the driver. */
  readonly tag?: number;
  /** Tag of the scheduler. */
  readonly schedulerTag?: number;
}

/** BLK_MQ_MAX_DEPTH is 10,240; a set that is shared has more. */
const mostTags = 1 << 20;
/** Tags of all contexts of a queue that are looked at: many contexts may lead to one set. */
const mostLooked = 1 << 22;

interface Budget {
  left: number;
}

/** Numbers of the tags that are taken: reserved ones come first. */
function* takenTags(tags: KernelObject): Generator<number | Failure, void> {
  const [count, reserved] = [tags.at('nr_tags').number(), tags.at('nr_reserved_tags').number()];
  if (isFailure(count) || isFailure(reserved)) {
    yield isFailure(count) ? count : isFailure(reserved) ? reserved : failed('tags', 'not known');
    return;
  }
  if (count.value < 1 || count.value > mostTags || reserved.value < 0 || reserved.value > count.value) {
    yield failed('tags', `${count.value} tags, ${reserved.value} of them reserved, are not a valid set`);
    return;
  }
  // From 5.10 to 5.15 they are pointers.
  const bitmap = (name: string): KernelObject => (tags.at(name).has('sb') ? tags.at(name) : tags.pointer(name)).at('sb');
  if (reserved.value > 0) yield* sbitmapBits(bitmap('breserved_tags'));
  for (const bit of sbitmapBits(bitmap('bitmap_tags'))) yield isFailure(bit) ? bit : bit + reserved.value;
}

interface Owner {
  readonly queue: VirtualAddress;
  /** Numbers of its hardware contexts, by their addresses. */
  readonly contexts: ReadonlyMap<VirtualAddress, number>;
}
type TagKind = 'tag' | 'schedulerTag';

/** The request that a taken tag leads to; undefined where it is another queue's, which shares the set. */
function heldRequest(request: KernelObject, tag: number, kind: TagKind, { queue, contexts }: Owner): HeldRequest | Failure | undefined {
  const what = kind === 'tag' ? `request of tag ${tag}` : `request of the scheduler's tag ${tag}`;
  const { address } = request;
  if (request.isNull || isFailure(address)) return failed(what, request.isNull ? 'the tag is taken, but leads to no request' : 'it has no address');
  const [of, context, own] = [request.at('q').u64(), request.at('mq_hctx').u64(), request.at(kind === 'tag' ? 'tag' : 'internal_tag').s32()];
  if (isFailure(of)) return of;
  if (isFailure(context)) return context;
  if (isFailure(own)) return own;
  if (of.value !== queue && of.value !== 0n) return undefined;
  const where = { space: 'virtual', start: hex(address.value), end: hex(address.value + 1n) } as const;
  const number = contexts.get(context.value);
  if (of.value === 0n || number === undefined) return failed(what, 'the tag is taken, and what it leads to belongs to no context of the queue', where);
  // The table names the last holder until the next one has begun.
  if (own.value !== tag) return failed(what, `the tag is taken, and the request that it leads to holds ${own.value}`, where);
  return { address: address.value, request, context: number, [kind]: tag };
}

function* heldBy(tags: KernelObject, kind: TagKind, owner: Owner, budget: Budget): Generator<HeldRequest | Failure | undefined, void> {
  // With a scheduler the table `rqs` of its set is not used.
  const table = tags.pointer(kind === 'tag' ? 'rqs' : 'static_rqs');
  for (const tag of takenTags(tags)) {
    budget.left -= 1;
    if (budget.left < 0) {
      yield failed('requests', `more than ${mostLooked} tags of one queue are taken`);
      return;
    }
    yield isFailure(tag) ? tag : heldRequest(table.element(tag).pointer(), tag, kind, owner);
  }
}

/** Every request of a queue that holds a tag, once; undefined in between, where work was done. */
export function* requestsOf(queue: KernelObject): Generator<HeldRequest | Failure | undefined, void> {
  const own = queue.address;
  if (isFailure(own)) {
    yield own;
    return;
  }
  const budget = { left: mostLooked };
  const found = new Map<bigint, HeldRequest>();
  const contexts = new Map<bigint, { readonly number: number; readonly context: KernelObject }>();
  for (const one of contextsOf(queue)) {
    const at = isFailure(one) ? one : one.context.address;
    if (isFailure(at)) yield at;
    else if (!isFailure(one)) contexts.set(at.value, one);
  }
  const owner: Owner = { queue: own.value, contexts: new Map([...contexts].map(([at, { number }]) => [at, number])) };
  const seen = { tag: new Set<bigint>(), schedulerTag: new Set<bigint>() } as const;
  for (const { context } of contexts.values()) {
    for (const kind of ['tag', 'schedulerTag'] as const) {
      const tags = context.pointer(kind === 'tag' ? 'tags' : 'sched_tags');
      // Without a scheduler there is one set; a context without a CPU has none at all.
      if (tags.isNull) continue;
      const at = tags.address;
      if (isFailure(at)) yield at;
      // Contexts may share one set.
      if (isFailure(at) || seen[kind].has(at.value)) continue;
      seen[kind].add(at.value);
      for (const held of heldBy(tags, kind, owner, budget)) {
        if (held === undefined || isFailure(held)) yield held;
        else found.set(held.address, { ...held, ...found.get(held.address), [kind]: held[kind] });
      }
    }
  }
  yield* found.values();
}
