import { describe, expect, it } from 'vitest';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import { readKernelLog } from '../../../src/analysis/kernel/log/kernel-log.ts';
import { deathNotes, markOf } from '../../../src/analysis/kernel/log/log-marks.ts';
import type { LogRecord } from '../../../src/analysis/kernel/log/log-record.ts';
import { logLine } from '../../../src/shared/log-line.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { printkRingKeys, writePrintkRing, type PrintkRecord } from '../../../src/samples/printk-ring.ts';
import { plainMemory, vmcoreinfoOf, writeByteRing, writeRecordBuffer, type OldRecord } from './described-logs.ts';
import { isFailure } from '../../../src/shared/result.ts';

const endians = ['big', 'little'] as const;
const place = { pointer: 0x100, ring: 0x200, descriptors: 0x2000, infos: 0x4000, data: 0x10000, countBits: 7, sizeBits: 14, virtual: BigInt };
const keys = vmcoreinfoOf(printkRingKeys(0x100n, 0x200n));
const lines = (count: number, longest = 60): PrintkRecord[] =>
  Array.from({ length: count }, (_, at) => ({
    text: `record ${at} ${'x'.repeat((at * 7) % longest)}`,
    time: BigInt(at) * 1_000_001n,
    level: at % 8,
    caller: at % 3 === 0 ? 0x8000_0001 : at,
  }));

function ringWith(endian: 'big' | 'little', records: readonly PrintkRecord[], usedBefore = 0): MemoryImage {
  const memory = new MemoryImage(0x20000, endian);
  writePrintkRing(memory, { ...place, usedBefore }, records);
  return memory;
}

function recordsOf(memory: MemoryImage, absent: readonly number[] = [], vmcoreinfo = keys): readonly LogRecord[] {
  const found = finish(readKernelLog(plainMemory(memory, absent), vmcoreinfo));
  return !isFailure(found) ? found.value.records : [];
}

/** Each record of `less` is one of `whole`, in its order; one that is cut may end early. */
function expectLessOrSame(less: readonly LogRecord[], whole: readonly LogRecord[]): void {
  const known = new Map(whole.map((record) => [record.time, record]));
  for (const record of less) {
    // Where records are missing is what the damaged log adds.
    const { cut, text, lostBefore = 0, ...rest } = record;
    expect(lostBefore).toBeLessThanOrEqual(whole.length - less.length);
    const { text: original, ...others } = known.get(record.time) ?? { text: 'no such record' };
    expect(rest).toEqual(others);
    if (cut === true) expect(original.startsWith(text)).toBe(true);
    else expect(text).toBe(original);
  }
  const times = less.map(({ time }) => time ?? 0n);
  expect(times).toEqual([...times].sort((a, b) => Number(a - b)));
}

describe.each(endians)('the printk ring buffer, %s-endian', (endian) => {
  it.each([0, 5000, 16_000, 16_376])('gives every record back, the text ring used up to %s before', (usedBefore) => {
    const written = lines(100);
    expect(recordsOf(ringWith(endian, written, usedBefore))).toEqual(
      written.map(({ text, time, level, caller }, sequence) => ({ sequence: BigInt(sequence), time, level, facility: 0, caller, text })),
    );
  });

  it('with any one page zeroed or absent gives less or the same, never anything else', () => {
    const written = lines(100, 120);
    const whole = recordsOf(ringWith(endian, written));
    expect(whole).toHaveLength(100);
    let shorter = 0;
    for (let page = 0; page < 0x20000; page += 0x1000) {
      const zeroed = ringWith(endian, written).fill(page, 0x1000, 0);
      const left = recordsOf(zeroed);
      expectLessOrSame(left, whole);
      expectLessOrSame(recordsOf(ringWith(endian, written), [page]), whole);
      if (left.length < 100 || left.some(({ cut }) => cut === true)) shorter += 1;
    }
    // The page of the pointers, one of descriptors, three of infos, two or three of text.
    expect(shorter).toBeGreaterThanOrEqual(6);
  });

  it('does not trust a head that is far behind its tail, nor impossible sizes', () => {
    for (const [at, value] of [
      [0x200 + 24, 0xffff_0000_0000n],
      [0x200 + 48, 0xffff_ffffn << 32n],
      [0x200, 0n],
    ] as const) {
      const memory = ringWith(endian, lines(5)).u64(at, value);
      expect(recordsOf(memory)).toEqual([]);
    }
  });

  it('reads whole records outside of a head or a tail that was overwritten, and says so', () => {
    const written = lines(100);
    const whole = ringWith(endian, written);
    for (const [at, by] of [
      [0x200 + 24, -20n],
      [0x200 + 32, 20n],
    ] as const) {
      const memory = ringWith(endian, written);
      const bytes = Buffer.from(whole.read(at, 8));
      memory.u64(at, (endian === 'big' ? bytes.readBigUInt64BE() : bytes.readBigUInt64LE()) + by);
      const found = finish(readKernelLog(plainMemory(memory), keys));
      expect(found).toMatchObject({
        value: { lost: 0, source: expect.stringMatching(/complete records outside its head .* are read too/) as string },
      });
      expect(!isFailure(found) && found.value.records).toEqual(recordsOf(whole));
    }
    expect(finish(readKernelLog(plainMemory(whole), keys))).toMatchObject({ value: { source: expect.not.stringContaining('outside') as string } });
  });

  it('skips a record whose text was overwritten, and says how many', () => {
    const memory = ringWith(endian, lines(5)).u64(place.data, 99);
    const found = finish(readKernelLog(plainMemory(memory), keys));
    expect(found).toMatchObject({ value: { lost: 1, lostWhy: expect.stringContaining('overwritten') as string } });
    expect(!isFailure(found) && found.value.records).toHaveLength(4);
    expect(!isFailure(found) && found.value.records.map(({ lostBefore }) => lostBefore)).toEqual([1, undefined, undefined, undefined]);
  });

  it('says of a text of zeros that it was wiped, not that another record lies there', () => {
    const found = finish(readKernelLog(plainMemory(ringWith(endian, lines(5)).u64(place.data, 0)), keys));
    expect(found).toMatchObject({ value: { lost: 1, lostWhy: expect.stringMatching(/begins with zeros.*: wiped$/) as string } });
  });

  it('counts a record that was being written as one that is missing', () => {
    const memory = ringWith(endian, lines(5));
    const at = place.descriptors + 24 * 4;
    const bytes = Buffer.from(memory.read(at, 8));
    memory.u64(at, (endian === 'big' ? bytes.readBigUInt64BE() : bytes.readBigUInt64LE()) & ((1n << 62n) - 1n));
    const found = finish(readKernelLog(plainMemory(memory), keys));
    expect(found).toMatchObject({ value: { lost: 1, lostWhy: expect.stringMatching(/was being written: its descriptor is reserved/) as string } });
    expect(!isFailure(found) && found.value.records).toHaveLength(4);
  });

  it('gives no time where a record has what is none', () => {
    const [first, ...others] = lines(3);
    const written = [{ text: '', level: 0, caller: 0, ...first, time: 0xffff_ffff_ffff_0000n }, ...others];
    expect(recordsOf(ringWith(endian, written)).map(({ time }) => time)).toEqual([undefined, 1_000_001n, 2_000_002n]);
  });
});

const old = (count: number): OldRecord[] =>
  Array.from({ length: count }, (_, at) => ({
    time: BigInt(at + 1) * 1_000_003n,
    level: at % 8,
    text: `old record ${at} ${'y'.repeat((at * 5) % 40)}`,
    ...(at % 4 === 0 ? { dictionary: 'SUBSYSTEM=virtio\0DEVICE=+virtio:virtio0' } : {}),
  }));

describe.each(endians)('the record buffer of 3.5 to 5.9, %s-endian', (endian) => {
  const withLog = (first: number, records: readonly OldRecord[]): readonly [MemoryImage, ReturnType<typeof writeRecordBuffer>] => {
    const memory = new MemoryImage(0x8000, endian);
    return [memory, writeRecordBuffer(memory, 0x4000, first, records)];
  };

  it.each([0, 0x2000, 0x3ff0])('gives every record back, the oldest at %s', (first) => {
    const written = old(120);
    const [memory, vmcoreinfo] = withLog(first, written);
    expect(recordsOf(memory, [], vmcoreinfo)).toEqual(
      written.map(({ time, level, text, dictionary }) => ({
        time,
        level,
        facility: 0,
        text,
        ...(dictionary === undefined ? {} : { subsystem: 'virtio', device: '+virtio:virtio0' }),
      })),
    );
  });

  it('with any one page zeroed or absent gives less or the same', () => {
    const written = old(120);
    const [memory, vmcoreinfo] = withLog(0x2000, written);
    const whole = recordsOf(memory, [], vmcoreinfo);
    for (let page = 0; page < 0x6000; page += 0x1000) {
      expectLessOrSame(recordsOf(memory, [page], vmcoreinfo), whole);
      expectLessOrSame(recordsOf(withLog(0x2000, written)[0].fill(page, 0x1000, 0), [], vmcoreinfo), whole);
    }
  });

  it('ends at a length that cannot be', () => {
    const [memory, vmcoreinfo] = withLog(0, old(3));
    memory.u16(0x1000 + 8, 3);
    expect(finish(readKernelLog(plainMemory(memory), vmcoreinfo))).toHaveProperty('missing');
  });
});

describe('the ring of bytes before 3.5', () => {
  const text = '<6>[    0.000001] first line\n<4>[   12.345678] second\n<3>without time\n';
  it.each([text.length, 0x1000 + 10, 0xffff_f000])('gives its lines, its end at %s', (end) => {
    const memory = new MemoryImage(0x4000);
    expect(recordsOf(memory, [], writeByteRing(memory, 0x1000, end, text))).toEqual([
      { time: 1000n, level: 6, facility: 0, text: 'first line' },
      { time: 12_345_678_000n, level: 4, facility: 0, text: 'second' },
      { level: 3, facility: 0, text: 'without time' },
    ]);
  });
});

describe('a log line', () => {
  it('shows what would move a cursor, and indents what follows a line feed', () => {
    expect(logLine({ time: '1.000002999', text: 'a\u001b[2Jb\nc\u202ed', caller: 'T7' }, false)).toBe('[    1.000002] a\\x1b[2Jb\n               c\\u{202e}d');
    expect(logLine({ time: '1.000002999', text: 'x', caller: 'C1' }, true)).toBe('[    1.000002] [      C1] x');
  });
});

describe('what a log says about a crash', () => {
  const said = (...texts: readonly string[]): readonly { text: string; time: bigint }[] =>
    texts.map((text, at) => ({ text, time: BigInt(at) * 1_000_000_000n }));

  it('is the panic and what came before it', () => {
    const notes = deathNotes(
      said(
        'Linux version 6',
        'Unable to handle kernel pointer dereference in virtual kernel address space',
        'Oops: 0004',
        'Kernel panic - not syncing: Fatal exception',
      ),
    );
    expect(notes).toMatchObject({ panic: { text: 'Kernel panic - not syncing: Fatal exception' }, cause: { mark: 'oops', time: 1_000_000_000n } });
  });

  it('is nothing for a system that only printed warnings', () => {
    expect(deathNotes(said('WARNING: CPU: 0 PID: 1 at kernel/x.c:1', 'usb 1-1: new device'))).toBeUndefined();
  });

  it('an old oops is not the cause', () => {
    const records = [
      { text: 'Oops: 0004', time: 0n },
      { text: 'Kernel panic - not syncing: x', time: 3_600_000_000_000n },
    ];
    expect(deathNotes(records)?.cause).toBeUndefined();
  });

  it.each([
    ['watchdog: BUG: soft lockup - CPU#2 stuck for 22s! [cc1:123]', 'lockup'],
    ['rcu: INFO: rcu_sched self-detected stall on CPU', 'lockup'],
    ['INFO: task tar:123 blocked for more than 120 seconds.', 'lockup'],
    ['kernel BUG at mm/slub.c:4321!', 'bug'],
    ['Out of memory: Killed process 1', 'memory'],
    ['usb 1-1: new device', undefined],
  ])('%s is %s', (text, mark) => {
    expect(markOf(text)).toBe(mark);
  });
});
