/**
 * A ring buffer of one CPU (kernel/trace/ring_buffer.c, 5.10 to 6.12): a ring of struct buffer_page, whose links carry two flags in their lowest bits (the one
 * that leads to the oldest page has bit 0), and the reader's page outside of it, which holds what is older than the ring.
 */
import { failed, isFailure, valueOf, type Failure, type Missing, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { vmcoreinfoNumber } from '../vmcoreinfo/vmcoreinfo.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { pageEvents } from './buffer-page.ts';

/** Where the members lie that are read for every page. */
export interface RingLayout {
  readonly pageBytes: number;
  readonly list: bigint;
  readonly back: bigint;
  /** Bytes that were written, in its lower bits. */
  readonly write: bigint;
  readonly read: bigint;
  readonly page: bigint;
  /** Pages of one buffer_page, as a power of two (since 6.8). */
  readonly order: bigint | undefined;
  readonly stamp: bigint;
  readonly commit: bigint;
  readonly data: bigint;
}

/** An event as it lies in the buffer. */
export interface RingEvent {
  readonly stamp: bigint;
  /** Its data, from struct trace_entry on. */
  readonly data: DataView;
}

const flagBits = 3n;
const headFlag = 1n;
const updateFlag = 2n;
/** Of a commit: events before it were lost, and their number follows (RB_MISSED_EVENTS, RB_MISSED_STORED). */
const commitMask = 0x3fff_ffffn;
/** RB_WRITE_MASK */
const writeMask = 0xf_ffffn;
const mostOrder = 10;

export function ringLayout(objects: KernelObjects): Result<RingLayout> {
  const place = (type: string, ...paths: readonly string[]): Result<bigint> => {
    const found = paths.map((path) => objects.offsetOf(type, path)).find((one, at) => !isFailure(one) || at === paths.length - 1) ?? failed(type, 'no member');
    return isFailure(found) ? found : { value: BigInt(found.value) };
  };
  const [list, back, write, read, page] = [
    place('buffer_page', 'list.next'),
    place('buffer_page', 'list.prev'),
    place('buffer_page', 'write'),
    place('buffer_page', 'read'),
    place('buffer_page', 'page'),
  ];
  const [stamp, commit, data] = [place('buffer_data_page', 'time_stamp'), place('buffer_data_page', 'commit'), place('buffer_data_page', 'data')];
  const order = place('buffer_page', 'order');
  for (const one of [list, back, write, read, page, stamp, commit, data]) if (isFailure(one)) return one;
  const value = (one: Result<bigint>): bigint => (isFailure(one) ? 0n : one.value);
  return {
    value: {
      pageBytes: Number(vmcoreinfoNumber(objects.space.vmcoreinfo, 'PAGESIZE') ?? 4096n),
      list: value(list),
      back: value(back),
      write: value(write),
      read: value(read),
      page: value(page),
      order: valueOf(order),
      stamp: value(stamp),
      commit: value(commit),
      data: value(data),
    },
  };
}

const where = (start: bigint, bytes = 8): NonNullable<Missing['where']> => ({ space: 'virtual', start: hex(start), end: hex(start + BigInt(bytes)) });

interface Ring {
  readonly reader: bigint;
  readonly commit: bigint;
  readonly pages: bigint;
}

export interface PageBudget {
  left: number;
}

/** What one generator looks at in all: links may lead anywhere, so the size of the dump bounds nothing. */
export const pageBudget = (): PageBudget => ({ left: 1 << 22 });

/** Follows the ring's links; each page must lead back to the one before. */
class RingWalk {
  readonly what: string;
  private readonly buffer: KernelObject;
  private readonly layout: RingLayout;
  private readonly budget: PageBudget;

  constructor(buffer: KernelObject, layout: RingLayout, what: string, budget: PageBudget) {
    this.buffer = buffer;
    this.layout = layout;
    this.what = what;
    this.budget = budget;
  }

  /** The page after one, and the flags of the link to it. */
  next(page: bigint): Result<{ readonly page: bigint; readonly flags: bigint }> {
    const { memory } = this.buffer.space;
    const { list, back } = this.layout;
    if (this.budget.left <= 0) return this.failed('the rest is not examined: the buffers have more pages than any system keeps');
    this.budget.left -= 1;
    const link = memory.pointer(page + list);
    if (link === undefined) return this.failed(memory.absence(page + list, 8)?.detail ?? 'a link is not in the dump', page + list);
    const to = link & ~flagBits;
    const before = memory.pointer(to + back - list);
    if (before === undefined)
      return this.failed(`the link at ${hex(page + list)} leads to ${hex(to)}: ${memory.absence(to + back - list, 8)?.detail ?? 'no bytes'}`, page + list);
    if ((before & ~flagBits) !== page + list) return this.failed(`the link at ${hex(page + list)} leads to ${hex(to)}, which does not lead back`, page + list);
    return { value: { page: to - list, flags: link & flagBits } };
  }

  /** The oldest page: that which a flagged link leads to. */
  *head(): Generator<undefined, Result<bigint>> {
    const first = this.buffer.pointer('pages', 'list_head').address;
    if (isFailure(first)) return first;
    const start = (first.value & ~flagBits) - this.layout.list;
    let moving: bigint | undefined;
    for (let at = start, turn = 1; ; turn += 1) {
      if (turn % 256 === 0) yield undefined;
      const next = this.next(at);
      if (isFailure(next)) return next;
      if ((next.value.flags & headFlag) !== 0n) return { value: next.value.page };
      // A writer that was about to push the oldest page on.
      if ((next.value.flags & updateFlag) !== 0n) moving = next.value.page;
      at = next.value.page;
      if (at === start) break;
    }
    return moving === undefined ? this.failed('no link of the ring is marked as the one to the oldest page', start + this.layout.list) : { value: moving };
  }

  failed(why: string, at?: bigint): Failure {
    return failed(this.what, why, at === undefined ? undefined : where(at));
  }
}

function ringOf(buffer: KernelObject): Result<Ring> {
  const [reader, commit, pages] = [buffer.pointer('reader_page').address, buffer.pointer('commit_page').address, buffer.at('nr_pages').u64()];
  if (isFailure(reader)) return reader;
  if (isFailure(commit)) return commit;
  return isFailure(pages) ? pages : { value: { reader: reader.value, commit: commit.value, pages: pages.value } };
}

/** Pages in the order of time, the reader's first, up to the one that was written last. */
function* pagesOf(walk: RingWalk, { reader, commit, pages }: Ring): Generator<bigint | Failure | undefined, void> {
  yield reader;
  if (reader === commit) return;
  const head = yield* walk.head();
  if (isFailure(head)) {
    yield head;
    return;
  }
  for (let at = head.value, count = 1n; ; count += 1n) {
    yield at;
    if (at === commit) return;
    if (count > pages) {
      yield walk.failed(`the page that was written last (${hex(commit)}) is not reached within ${pages} pages of the oldest one`);
      return;
    }
    const next = walk.next(at);
    if (isFailure(next)) {
      yield next;
      return;
    }
    at = next.value.page;
    if (at === head.value) {
      yield walk.failed(`the ring leads back to its oldest page without the one that was written last (${hex(commit)})`);
      return;
    }
  }
}

/** What was committed to a page. */
interface DataPage {
  readonly address: bigint;
  readonly stamp: bigint;
  readonly read: number;
  readonly bytes: DataView;
}

function dataOf(page: bigint, walk: RingWalk, layout: RingLayout, buffer: KernelObject): Result<DataPage> {
  const { memory } = buffer.space;
  const order = layout.order === undefined ? 0 : memory.u32(page + layout.order);
  const [data, read] = [memory.pointer(page + layout.page), memory.u32(page + layout.read)];
  if (data === undefined || read === undefined || order === undefined)
    return walk.failed(memory.absence(page + layout.page, 8)?.detail ?? 'the structure of a page is not in the dump', page);
  if (data === 0n) return walk.failed('the structure of a page leads to no page', page);
  // A page that was never written to may hold zeros. Another page of zeros was lost.
  if (memory.isZeroPage(data) && ((memory.u64(page + layout.write) ?? writeMask) & writeMask) === 0n)
    return { value: { address: data, stamp: 0n, read: 0, bytes: new DataView(new ArrayBuffer(0)) } };
  const [stamp, committed] = [memory.u64(data + layout.stamp), memory.u64(data + layout.commit)];
  if (stamp === undefined || committed === undefined) return walk.failed(memory.absence(data, 16)?.detail ?? 'a page is not in the dump', data);
  const commit = Number(committed & commitMask);
  if (order > mostOrder) return walk.failed(`the kernel creates no page of order ${order}`, page);
  const room = layout.pageBytes * 2 ** order - Number(layout.data);
  if (commit > room) return walk.failed(`the page at ${hex(data)} records ${commit} committed bytes, but has room for ${room}`, data);
  if (read > commit) return walk.failed(`${read} bytes of the page at ${hex(data)} were consumed, of ${commit} that were committed`, data);
  const bytes = memory.bytes(data + layout.data, commit);
  if (bytes === undefined) return walk.failed(memory.absence(data + layout.data, commit)?.detail ?? 'a page is not in the dump', data);
  return { value: { address: data, stamp, read, bytes: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) } };
}

const counter = (buffer: KernelObject, name: string): Result<bigint> => buffer.at(`${name}.a.counter`, name).integer();

/** Events that the buffer holds by its own counters (rb_num_of_entries()). */
export function entriesOf(buffer: KernelObject): Result<bigint> {
  const [entries, overrun, read] = [counter(buffer, 'entries'), counter(buffer, 'overrun'), counter(buffer, 'read')];
  if (isFailure(entries)) return entries;
  if (isFailure(overrun)) return overrun;
  return isFailure(read) ? read : { value: entries.value - overrun.value - read.value };
}

/**
 * Events that are in the buffer, the oldest first, and what of it could not be read: what is missing is never passed over in silence, for the number of events is
 * compared with the buffer's own counters.
 * @param buffer struct ring_buffer_per_cpu
 * @param what it is called where something is missing
 */
export function* ringEvents(buffer: KernelObject, layout: RingLayout, what: string, budget: PageBudget): Generator<RingEvent | Failure | undefined, void> {
  const ring = ringOf(buffer);
  if (isFailure(ring)) {
    yield ring;
    return;
  }
  const walk = new RingWalk(buffer, layout, what, budget);
  const { endian } = buffer.space.memory;
  let found = 0n;
  let isWhole = true;
  let last = 0n;
  for (const page of pagesOf(walk, ring.value)) {
    if (page === undefined) {
      yield undefined;
      continue;
    }
    const data = isFailure(page) ? page : dataOf(page, walk, layout, buffer);
    if (isFailure(data)) {
      isWhole = false;
      yield data;
      continue;
    }
    const { address, stamp, read, bytes } = data.value;
    // What is older in the reader's page was consumed; the stamp from which it continues is kept.
    const readStamp = read === 0 ? undefined : buffer.at('read_stamp').u64();
    if (bytes.byteLength > read && stamp < last) {
      isWhole = false;
      yield walk.failed(`the page at ${hex(address)} begins at ${stamp}, before the last event of the page before it (${last})`, address);
    }
    const events = pageEvents(bytes, endian, read, stamp, readStamp === undefined || isFailure(readStamp) ? stamp : readStamp.value);
    for (;;) {
      const next = events.next();
      if (next.done === true) {
        last = next.value;
        break;
      }
      if (isFailure(next.value)) {
        isWhole = false;
        yield walk.failed(`${next.value.missing.what}: ${next.value.missing.why}`, address);
        continue;
      }
      const { start, length, stamp: at } = next.value;
      found += 1n;
      yield { stamp: at, data: new DataView(bytes.buffer, bytes.byteOffset + start, length) };
    }
    yield undefined;
  }
  const counted = entriesOf(buffer);
  if (isFailure(counted)) yield counted;
  else if (isWhole && counted.value !== found) yield walk.failed(`its counters say that it holds ${counted.value} events, and ${found} are found`);
}

export interface RingCounters {
  readonly entries: Result<bigint>;
  readonly overrun: Result<bigint>;
  readonly commitOverrun: Result<bigint>;
  readonly dropped: Result<bigint>;
  readonly read: Result<bigint>;
  readonly bytes: Result<bigint>;
  /** Stamp of the oldest page. */
  readonly oldest: Result<bigint>;
  readonly pages: Result<bigint>;
}

/** What the file `stats` of a CPU shows (tracing_stats_read(), kernel/trace/trace.c). */
export function ringCounters(buffer: KernelObject, layout: RingLayout, what: string, budget: PageBudget): RingCounters {
  const oldest = (): Result<bigint> => {
    const [tail, reader] = [buffer.pointer('tail_page').address, buffer.pointer('reader_page').address];
    if (isFailure(tail)) return tail;
    if (isFailure(reader)) return reader;
    const steps = new RingWalk(buffer, layout, what, budget).head();
    let head = tail.value === reader.value ? { done: true as const, value: reader } : steps.next();
    while (head.done !== true) head = steps.next();
    if (isFailure(head.value)) return head.value;
    return buffer
      .pointer('reader_page')
      .moved(head.value.value - reader.value)
      .pointer('page')
      .at('time_stamp')
      .u64();
  };
  const [written, consumed] = [counter(buffer, 'entries_bytes'), counter(buffer, 'read_bytes')];
  return {
    entries: entriesOf(buffer),
    overrun: counter(buffer, 'overrun'),
    commitOverrun: counter(buffer, 'commit_overrun'),
    dropped: counter(buffer, 'dropped_events'),
    read: counter(buffer, 'read'),
    bytes: isFailure(written) ? written : isFailure(consumed) ? consumed : { value: written.value - consumed.value },
    oldest: oldest(),
    pages: buffer.at('nr_pages').integer(),
  };
}
