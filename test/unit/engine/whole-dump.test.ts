/** A dump of which a part of the headers is read: its methods either answer from the part or wait for the whole, once for all. */
import { describe, expect, it } from 'vitest';
import { firstPartOf, NotReadYet } from '../../../src/analysis/formats/first-part.ts';
import { openDump, openDumpInSteps } from '../../../src/analysis/formats/index.ts';
import { NeedsWhole, waitingForWhole, wholeDump } from '../../../src/analysis/engine/session/whole-dump.ts';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { s390Header } from '../../../src/analysis/formats/s390-header.ts';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { s390Ext } from '../../../src/samples/s390-ext.ts';
import { encodeSegmentHeader, segmentHeaderSize } from '../../../src/samples/s390-segments.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';
import type { ScanProgress } from '../../../src/shared/scan-progress.ts';

const mebibyte = 1 << 20;
const headerBytes = 4096;
const segments = 40_000;
/** So many are read in part. */
const firstSegments = 1 << 15;
/**
 * A chain of segments of 1 MiB of zeros, every other MiB, made as it is read.
 * @param damage one segment claims a wrong length, or the disk does not give its header
 */
function longChain(damage: { readonly wrongLength?: number; readonly lostHeader?: number } = {}): ByteSource {
  const head = s390Ext(s390xSystem({ cpuCount: 1 })).slice(0, headerBytes);
  new DataView(head.buffer).setBigUint64(0x18, BigInt(2 * segments * mebibyte));
  const each = segmentHeaderSize + mebibyte;
  const end = headerBytes + segments * each;
  const marker = new Uint8Array(16);
  marker.set(Buffer.from('DUMP_END'));
  const { offset: todAt } = s390Header.fields.tod;
  marker.set(head.subarray(todAt, todAt + 8), 8);
  const bad = damage.lostHeader === undefined ? undefined : headerBytes + damage.lostHeader * each;
  return {
    name: 'chain',
    size: end + marker.length,
    faultAt: (offset) => (offset === bad ? { file: 'chain', offset, bytes: segmentHeaderSize, why: 'the device reports a read error (EIO)' } : undefined),
    readInto(offset, target) {
      if (offset === bad) return 0;
      target.fill(0);
      let piece: Uint8Array;
      let at = 0;
      if (offset < headerBytes) piece = head;
      else if (offset >= end) [piece, at] = [marker, end];
      else {
        const index = Math.floor((offset - headerBytes) / each);
        at = headerBytes + index * each;
        piece = encodeSegmentHeader({
          start: 2 * index * mebibyte,
          length: index === damage.wrongLength ? 2 * mebibyte : mebibyte,
          stop: index === segments - 1,
        });
      }
      if (offset < at + piece.length) target.set(piece.subarray(offset - at, offset - at + target.length));
      return Math.min(target.length, this.size - offset);
    },
  };
}

describe('a chain of segments that is read in part', () => {
  it('gives what it knows, and throws where it would have to guess', () => {
    const places: number[] = [];
    const image = finish(openDumpInSteps(longChain(), { companions: () => [], inPart: true, reached: (position) => places.push(position) }));
    const known = image.partial?.known ?? 0n;
    expect(known).toBeGreaterThan(0n);
    expect(known).toBeLessThan(image.memory.end);
    expect(places.length).toBeGreaterThan(1);
    expect(image.memory.read(0n, new Uint8Array(4096))).toEqual([]);
    expect(image.memory.extents.at(0n)).toMatchObject({ state: 'stored' });
    expect(() => image.memory.read(known - 8n, new Uint8Array(16))).toThrow(NotReadYet);
    expect(() => image.memory.extents.at(known)).toThrow(NotReadYet);
    expect(() => image.memory.extents.storedPages).toThrow(NotReadYet);
    expect(() => [...image.memory.extents]).toThrow(NotReadYet);
    const pages = new Uint8Array(2 * 4096);
    expect(() => image.memory.readPages(Number(known / 4096n) - 1, pages, new Uint8Array(2))).toThrow(NotReadYet);
    // Above the memory of the machine nothing is left to know.
    expect(image.memory.extents.at(image.memory.end)).toBeUndefined();
    expect(image.memory.read(image.memory.end, new Uint8Array(8))).toMatchObject([{ state: 'missing' }]);
  });

  it('is read to its end where no part is wished', () => {
    const image = openDump(longChain());
    expect(image.partial).toBeUndefined();
    expect(image.segments.length).toBe(segments);
    expect(image.memory.extents.storedPages).toBe(segments * 256);
    expect(image.findings).toEqual([]);
  });

  it.each([
    ['near its beginning a length is wrong', { wrongLength: 3 }],
    ['the last length of the part is wrong', { wrongLength: firstSegments - 1 }],
    ['the first length after the part is wrong', { wrongLength: firstSegments }],
    ['near its beginning a header cannot be read', { lostHeader: 3 }],
    ['the first header after the part cannot be read', { lostHeader: firstSegments }],
  ])('is never reported as broken, nor with more than is known, if %s', (_, damage) => {
    const source = longChain(damage);
    const whole = openDump(source);
    expect(whole.segments.length).toBe('lostHeader' in damage ? segments - 1 : segments);
    expect(whole.findings).toHaveLength(1);
    const part = finish(openDumpInSteps(source, { companions: () => [], inPart: true }));
    if (part.partial === undefined) {
      expect(part.findings).toEqual(whole.findings);
      expect(part.segments.length).toBe(whole.segments.length);
    }
    const known = part.partial?.known ?? whole.memory.end;
    expect(known).toBeGreaterThanOrEqual(2n * BigInt(firstSegments * mebibyte) - BigInt(mebibyte));
    for (const address of [0n, 3n, 6n, 7n, 8n, 2n * BigInt(firstSegments) - 2n, 2n * BigInt(firstSegments) - 1n, 2n * BigInt(firstSegments)].map(
      (at) => at * BigInt(mebibyte),
    ))
      if (address < known) {
        expect(part.memory.read(address, new Uint8Array(8))).toEqual(whole.memory.read(address, new Uint8Array(8)));
        expect(part.memory.extents.at(address)?.state).toBe(whole.memory.extents.at(address)?.state);
      }
  });

  it('is no part where it ends before', () => {
    const bytes = s390Ext(s390xSystem({ cpuCount: 1 }));
    const image = finish(openDumpInSteps(memorySource('dump', bytes), { companions: () => [], inPart: true }));
    expect(image.partial).toBeUndefined();
    expect(image.container.complete.value).toBe(true);
  });
});

it('memory of a part has no page of which a byte is not known', () => {
  const { memory } = openDump(memorySource('dump', s390Ext(s390xSystem({ cpuCount: 1 }))));
  const part = firstPartOf(memory, 0x100000n);
  expect(() => part.readPages(0xff, new Uint8Array(2 * 4096), new Uint8Array(2))).toThrow(NotReadYet);
  expect(() => {
    part.readPages(0xff, new Uint8Array(4096), new Uint8Array(1));
  }).not.toThrow();
});

/** What a caller brings. */
function caller() {
  const abort = new AbortController();
  const heard: ScanProgress[] = [];
  return { abort, heard, context: { signal: abort.signal, progress: (value: ScanProgress) => heard.push(value) } };
}
const half: ScanProgress = { phase: 'headers', done: 1, total: 2, unit: 'bytes' };
const session = { close: () => undefined } as Session;

describe('the whole of a dump', () => {
  it('is opened once for all who wait, each of whom hears of it and may leave', async () => {
    let opened = 0;
    let ready = (_: Session): void => undefined;
    let tell = (_: ScanProgress): void => undefined;
    let taken = 0;
    const whole = wholeDump(
      (_, progress) => {
        opened += 1;
        tell = progress;
        return new Promise((resolve) => (ready = resolve));
      },
      () => (taken += 1),
    );
    const [one, other] = [caller(), caller()];
    const waits = [whole.wait(one.context), whole.wait(other.context)];
    tell(half);
    other.abort.abort();
    await expect(waits[1]).rejects.toThrow(Cancelled);
    tell(half);
    ready(session);
    await waits[0];
    expect([opened, taken, one.heard.length, other.heard.length]).toEqual([1, 1, 2, 1]);
  });

  it('is tried again after a failure', async () => {
    let tries = 0;
    const whole = wholeDump(
      () => (++tries === 1 ? Promise.reject(new Error('the disk')) : Promise.resolve(session)),
      () => undefined,
    );
    await expect(whole.wait(caller().context)).rejects.toThrow('the disk');
    await whole.wait(caller().context);
    expect(tries).toBe(2);
  });

  it('is closed at once where nobody wants it any more', async () => {
    let closed = 0;
    let ready = (_: Session): void => undefined;
    const whole = wholeDump(
      () => new Promise((resolve) => (ready = resolve)),
      () => expect.unreachable(),
    );
    const wait = whole.wait(caller().context);
    whole.stop();
    ready({ close: () => (closed += 1) } as unknown as Session);
    await wait.catch(() => undefined);
    expect(closed).toBe(1);
  });

  it('is waited for by a method that needs it, which then begins anew', async () => {
    const asked: string[] = [];
    let isWhole = false;
    const methods = waitingForWhole(
      {
        triage({ dump }: { readonly dump: string }) {
          if (!isWhole) throw new NeedsWhole(dump);
          return 'all of it';
        },
        ping: () => 'here',
      },
      (dump) => {
        asked.push(dump);
        isWhole = true;
        return Promise.resolve();
      },
    );
    const { context } = caller();
    const call = (method: 'triage' | 'ping', params: object): unknown => (methods[method] as (params: object, context: object) => unknown)(params, context);
    expect(await call('ping', {})).toBe('here');
    expect(await call('triage', { dump: 'd1' })).toBe('all of it');
    expect(asked).toEqual(['d1']);
  });
});
