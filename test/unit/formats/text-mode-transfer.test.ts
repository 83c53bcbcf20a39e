/** Dumps that a transfer in text mode has changed. */
import { describe, expect, it } from 'vitest';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { textDamage as lookForDamage } from '../../../src/analysis/formats/text-transfer.ts';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { flatten } from '../../../src/samples/flatten.ts';
import { kdumpCompressed } from '../../../src/samples/kdump-compressed.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { textDamage, zeros, text, hex, join, kindOf } from './foreign-bytes.ts';

const random = seededRandom(7);

describe('a dump that a transfer in text mode has changed', () => {
  const system = s390xSystem();
  const dumps = {
    'ELF': elfVmcore(system),
    'stand-alone': s390Standalone(system),
    'kdump-compressed': kdumpCompressed(system),
    'flattened': flatten(kdumpCompressed(system)),
  } as const; // prettier-ignore
  const latin = (bytes: Uint8Array, change: (value: string) => string): Buffer => text(change(Buffer.from(bytes).toString('latin1')));
  const changes = {
    'line feeds to pairs': (bytes: Uint8Array) => latin(bytes, (value) => value.replaceAll('\n', '\r\n')),
    'seven bits': (bytes: Uint8Array) => Buffer.from(bytes.map((byte) => byte & 0x7f)),
    'UTF-8': (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString('latin1'), 'utf8'),
    'UTF-8 with replacements': (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString('utf8'), 'utf8'),
  } as const;

  it.each(Object.entries(dumps).flatMap(([name, bytes]) => Object.entries(changes).map(([how, change]) => [name, how, bytes, change] as const)))(
    '%s, %s: is named as that, and never opened',
    (_, __, bytes, change) => {
      expect(kindOf(change(bytes))).toBe('text-mode-transfer');
    },
  );

  it.each(Object.entries(dumps))('%s, pairs to line feeds: is never complete', (_, bytes) => {
    const changed = latin(bytes, (value) => value.replaceAll('\r\n', '\n'));
    if (changed.length < bytes.length) expect(['text-mode-transfer', 'incomplete', 'corrupt', 'truncated']).toContain(kindOf(changed));
  });

  it.each(Object.entries(dumps))('%s is none while it is whole, and where it is cut', (_, bytes) => {
    expect(textDamage(memorySource('dump', bytes))).toBeUndefined();
    for (const share of [0.2, 0.5, 0.9]) expect(textDamage(memorySource('dump', bytes.subarray(0, Math.floor(bytes.length * share))))).toBeUndefined();
  });

  it('with pairs that were made one byte is identified by what is missing in much of it', () => {
    const noise = Buffer.from(Array.from({ length: 4 << 20 }, () => random.below(256)));
    expect(textDamage(memorySource('noise', noise))).toBeUndefined();
    expect(
      textDamage(
        memorySource(
          'noise',
          latin(noise, (value) => value.replaceAll('\r\n', '\n')),
        ),
      ),
    ).toBe('carriage returns');
    // Of a little noise nothing is said.
    expect(
      textDamage(
        memorySource(
          'noise',
          latin(noise.subarray(0, 1 << 18), (value) => value.replaceAll('\r\n', '\n')),
        ),
      ),
    ).toBeUndefined();
  });

  describe('is not reported in memory that only resembles one', () => {
    /** Numbers below 32 in words, with no line feed and no carriage return. */
    const numbers = (words: number): Buffer => {
      const bytes = Buffer.alloc(words * 4);
      for (let at = 0; at < words; at += 1) {
        const value = random.below(0x20);
        bytes.writeUInt32BE(value === 0x0a || value === 0x0d ? 1 : value, at * 4);
      }
      return bytes;
    };
    const lines = (line: string, end: string): Buffer =>
      Buffer.from(Array.from({ length: 3000 }, (_, at) => `${line} ${at} ~{[|]}^ \\ @ # % & * QXZ qxz;${end}`).join(''));
    const near = {
      'a text of DOS, and numbers': () => join(numbers(20_000), lines('net use', '\r\n'), numbers(20_000)),
      'a text of DOS in UTF-8, and addresses': () => join(lines('größer äöü 语言。', '。\r\n'), hex('00000003ffe0b5c8'.repeat(4000)), numbers(20_000)),
      'a text without high bits, and numbers': () =>
        join(lines(Array.from({ length: 95 }, (_, at) => String.fromCodePoint(0x20 + at)).join(''), '\n'), numbers(20_000)),
      'a text in UTF-8, and numbers': () =>
        join(Buffer.from(Array.from({ length: 60_000 }, (_, at) => String.fromCodePoint(0xa0 + (at % 96))).join('')), lines('größer', '\n'), numbers(20_000)),
    } as const;
    it.each(Object.entries(near))('%s', (_, build) => {
      const bytes = build();
      for (const isComplete of [true, false]) expect(finish(lookForDamage(memorySource('dump', bytes), isComplete))).toBeUndefined();
    });

    it.each([
      [39, undefined],
      [60, 'carriage returns'],
    ] as const)('no CR LF, where %d of each pair like it are', (times, expected) => {
      const pairs = ['0d09', '0d0b', '0c0a', '0e0a'].map((pair) => hex(`55${pair}55`.repeat(times)));
      const bytes = join(...pairs, hex('01ff'.repeat(4000)), zeros(8));
      expect(textDamage(memorySource('dump', bytes))).toBe(expected);
      expect(finish(lookForDamage(memorySource('dump', bytes), true))).toBeUndefined();
    });
  });

  it('with something before it says where its header seems to be, and what to do if it is one', () => {
    const shifted = join(zeros(512), Buffer.from(dumps['stand-alone']));
    expect(() => openDump(memorySource('file', shifted))).toThrow(
      /what looks like the header of an s390 stand-alone dump is at 0x200: if something was put before a dump, tail -c \+513/,
    );
    expect(() => openDump(memorySource('file', join('HTTP/1.1 200 OK\r\n\r\n', Buffer.from(dumps.ELF))))).toThrow(
      /what looks like the header of an ELF file is at 0x13: if /,
    );
    // A program that reads dumps has their magics in its data.
    const reader = join(hex('cffa'), zeros(600), 'KDUMP   ', 'makedumpfile\0', zeros(4096));
    expect(() => openDump(memorySource('file', reader))).toThrow(/what looks like the header of a kdump-compressed file is at 0x25a: if something was put/);
    expect(() => openDump(memorySource('file', reader))).not.toThrow(/something was put before it/);
  });
});
