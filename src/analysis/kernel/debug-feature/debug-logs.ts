/**
 * The debug logs of s390x (arch/s390/kernel/debug.c and include/asm/debug.h, 5.10 to 6.12): debug_area_first leads to a list of struct debug_info; each has
 * areas of pages of entries of one size, an entry of a head and `buf_size` bytes. An entry without a clock was never written.
 */
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

export interface DebugRecord {
  readonly area: number;
  /** Microseconds since 1970. */
  readonly clock: bigint;
  readonly level: number;
  readonly exception: boolean;
  readonly cpu: number;
  readonly caller: bigint;
  readonly data: Uint8Array;
}

export interface DebugLog {
  readonly name: string;
  /** As debugfs offers them: "hex_ascii", "sprintf". */
  readonly views: ReadonlySet<string>;
  /** Page by page, in the order of memory, as debugfs shows them; and what could not be read. */
  records(): Generator<DebugRecord | Failure | undefined, void>;
}

const mostLogs = 4096;
const mostPages = 1 << 20;
/** Pages and entries of all logs that are looked at: pointers to pages may all lead to one, so the size of the dump bounds nothing. */
const mostLooked = 1 << 22;
const pageBytes = 4096;

interface EntryHead {
  readonly bytes: number;
  read(entry: KernelObject): Omit<DebugRecord, 'area' | 'data'> | Failure | undefined;
}

/** Bits of the clock in kernels that keep the time as STCK stores it (before 5.14): microseconds are its first 52. */
const stckShift = 12n;
/** TOD clock at 1970 in such units. */
const unixEpoch = 0x7d91048bca000000n >> stckShift;

function headOf(objects: KernelObjects): EntryHead | Failure {
  const entry = objects.at(0n, '__debug_entry');
  const { size } = entry;
  if (isFailure(size)) return size;
  const isOld = !entry.has('clock');
  return {
    bytes: size.value,
    read(one) {
      const [clock, level, exception, cpu, caller] = isOld
        ? [
            one.at('id.fields.clock').integer(),
            one.at('id.fields.level').number(),
            one.at('id.fields.exception').flag(),
            one.at('id.fields.cpuid').number(),
            one.at('caller').integer(),
          ]
        : [one.at('clock').integer(), one.at('level').number(), one.at('exception').flag(), one.at('cpu').number(), one.at('caller').integer()];
      if (isFailure(clock)) return clock;
      if (clock.value === 0n) return undefined;
      if (isFailure(level)) return level;
      if (isFailure(exception)) return exception;
      if (isFailure(cpu)) return cpu;
      if (isFailure(caller)) return caller;
      return {
        clock: isOld ? clock.value - unixEpoch : clock.value,
        level: level.value,
        exception: exception.value,
        cpu: cpu.value,
        caller: caller.value,
      };
    },
  };
}

interface Budget {
  left: number;
}

function* recordsOf(info: KernelObject, name: string, head: EntryHead, budget: Budget): Generator<DebugRecord | Failure | undefined, void> {
  const [areas, pages, data, size] = [
    info.at('nr_areas').number(),
    info.at('pages_per_area').number(),
    info.at('buf_size').number(),
    info.at('entry_size').number(),
  ];
  for (const one of [areas, pages, data, size]) if (isFailure(one)) yield one;
  if (isFailure(areas) || isFailure(pages) || isFailure(data) || isFailure(size)) return;
  const what = `records of ${name}`;
  const where = info.failure?.missing.where;
  if (size.value !== head.bytes + data.value || size.value > pageBytes || areas.value < 0 || pages.value < 0 || areas.value * pages.value > mostPages) {
    yield failed(what, `${areas.value} areas of ${pages.value} pages with entries of ${size.value} bytes are not what the kernel creates`, where);
    return;
  }
  const table = info.at('areas').pointer();
  // A log that was switched off has no pages.
  if (table.isNull || pages.value === 0) return;
  const perPage = Math.floor(pageBytes / size.value);
  for (let area = 0; area < areas.value; area += 1) {
    const list = table.element(area).pointer();
    const [activePage, activeEntry] = [info.pointer('active_pages').element(area).number(), info.pointer('active_entries').element(area).number()];
    /** Pages from the one that is written next on: zero in a log that did not come round yet. */
    const ahead = { zero: 0, written: 0 };
    for (let page = 0; page < pages.value; page += 1) {
      if (budget.left <= 0) {
        yield failed(what, `starting at page ${page} of area ${area}, they are not examined: the logs have more entries than any system keeps`);
        return;
      }
      budget.left -= 1;
      const first = list.element(page).pointer().address;
      if (isFailure(first)) {
        yield first;
        continue;
      }
      const isWritten = isFailure(activePage) || isFailure(activeEntry) || page < activePage.value || (page === activePage.value && activeEntry.value > 0);
      const isZero = info.space.memory.isZeroPage(first.value);
      if (!isWritten) ahead[isZero ? 'zero' : 'written'] += 1;
      if (isZero && !isWritten) {
        yield undefined;
        continue;
      }
      budget.left -= perPage;
      for (let at = 0; at < perPage; at += 1) {
        const start = first.value + BigInt(at * size.value);
        const read = head.read(KernelObject.at(info.space, start, '__debug_entry'));
        if (isFailure(read)) {
          yield failed(`${what} in page ${page} of area ${area}`, read.missing.why, read.missing.where);
          break;
        }
        if (read === undefined) continue;
        const bytes = info.space.memory.bytes(start + BigInt(head.bytes), data.value);
        if (bytes === undefined)
          yield failed(`the record of ${name} at ${hex(start)}`, 'its bytes are not in the dump', {
            space: 'virtual',
            start: hex(start),
            end: hex(start + BigInt(size.value)),
          });
        else yield { area, ...read, data: bytes };
      }
      yield undefined;
    }
    if (ahead.zero > 0 && ahead.written > 0) yield failed(what, `${ahead.zero} pages of area ${area}, which was filled once, hold nothing but zeros`);
  }
}

function viewsOf(info: KernelObject): ReadonlySet<string> {
  const names = new Set<string>();
  for (const slot of info.at('views').elements()) {
    const view = slot.pointer();
    if (view.isNull) continue;
    const name = view.at('name').string();
    if (!isFailure(name)) names.add(name.value);
  }
  return names;
}

/** The list has two ends (debug_info_create() in arch/s390/kernel/debug.c): a last log that the first does not lead to is one of which something is lost. */
function* unreached(objects: KernelObjects, seen: ReadonlySet<bigint>): Generator<Failure, void> {
  const last = objects.variable('debug_area_last', 'debug_info *').pointer();
  const { address } = last;
  if (last.isNull && seen.size > 0) yield failed('debug logs', 'debug_area_first leads to logs, and debug_area_last to none: one of them is wrong');
  if (!isFailure(address) && !seen.has(address.value))
    yield failed(
      'debug logs',
      `debug_area_last leads to a log at ${hex(address.value)} that ${seen.size === 0 ? 'debug_area_first, which is zero, does' : `the ${seen.size} of debug_area_first do`} not lead to: logs are lost`,
    );
}

/**
 * Every log, in the order of the kernel's list.
 * @param most pages and entries that the records of all of them are read from
 */
export function* debugLogs(objects: KernelObjects, most = mostLooked): Generator<DebugLog | Failure, void> {
  const head = headOf(objects);
  if (isFailure(head)) {
    yield head;
    return;
  }
  const seen = new Set<bigint>();
  const budget = { left: most };
  let info = objects.variable('debug_area_first', 'debug_info *').pointer();
  while (!info.isNull) {
    const { address } = info;
    if (isFailure(address)) {
      yield address;
      return;
    }
    if (seen.has(address.value) || seen.size >= mostLogs) {
      yield failed('debug logs', `the list leads to ${hex(address.value)} again, or has no end`);
      return;
    }
    seen.add(address.value);
    const own = info;
    const name = own.at('name').string();
    if (isFailure(name)) {
      yield name;
      return;
    }
    yield { name: name.value, views: viewsOf(own), records: () => recordsOf(own, name.value, head, budget) };
    info = own.pointer('next');
  }
  yield* unreached(objects, seen);
}
