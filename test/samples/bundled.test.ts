import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { bundledSamples } from '../../src/samples/bundled.ts';

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const first = bundledSamples();
const bytesOf = (name: string): Buffer => Buffer.from(first.find((sample) => sample.name === name)?.bytes ?? new Uint8Array());

describe('bundled samples', () => {
  it('are the same bytes in every build', () => {
    const second = bundledSamples();
    expect(second.map(({ bytes }) => digest(bytes))).toEqual(first.map(({ bytes }) => digest(bytes)));
  });

  it.each(first.map(({ name, bytes }) => [name, bytes.length] as const))('%s is at most 8 MiB', (_name, length) => {
    expect(length).toBeLessThanOrEqual(8 << 20);
  });

  it('healthy: purgatory is in the hole, CRASHTIME in the note, absolute pointers right', () => {
    const file = bytesOf('sample-healthy.vmcore');
    const memory = 0x3000;
    expect(file.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    expect(file.includes('CRASHTIME=1773480413\n')).toBe(true);
    expect(file.includes('S390EP')).toBe(false);
    expect(file.readBigUInt64BE(memory + 0xe0c)).toBe(0x210000n);
    expect(file.subarray(memory + 0x210000 + 12, memory + 0x210000 + 22).toString('latin1')).toBe('VMCOREINFO');
    expect(file.readBigUInt64BE(memory + 0xe18)).toBe(0x1c8000n);
    expect(file.subarray(memory + 0x1c8000, memory + 0x1c8008).toString('latin1')).toBe('OSINFOSZ');
    // The crashing CPU, Linux number 1, comes first: its prefix is in the first NT_S390_PREFIX.
    expect(file.readUInt32BE(memory + 0x222000 + 0x3a0)).toBe(1);
    expect(file.readUInt32BE(memory + 0x1318)).toBe(0x222000);
  });

  it('damaged: header with time and machine, digest of the regions is not the recorded one', () => {
    const file = bytesOf('sample-damaged.s390');
    const memory = 0x1000;
    const table = memory + 0x400000 + 0xc160;
    const hash = createHash('sha256');
    for (let slot = 0; slot < 16; slot += 1) {
      const start = Number(file.readBigUInt64BE(table + slot * 16));
      const length = Number(file.readBigUInt64BE(table + slot * 16 + 8));
      hash.update(file.subarray(memory + start, memory + start + length));
    }
    expect(hash.digest('hex')).not.toBe(file.subarray(table + 0x100, table + 0x120).toString('hex'));
    expect(file.readBigUInt64BE(0x38)).not.toBe(0n);
    expect(file.subarray(memory + 0x700000, memory + 0x700008).toString('latin1')).toBe('DUMP_END');
    expect(file.readBigUInt64BE(memory + 0x700008)).toBeGreaterThan(file.readBigUInt64BE(0x38));
    expect(file.readBigUInt64BE(memory + 0x220000 + 0x1300)).toBe(0x0002000180000000n);
  });
});
