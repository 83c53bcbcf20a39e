import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeNeeding } from '../requirements.ts';

import { elfVmcore } from '../../src/samples/elf-vmcore.ts';
import { MemoryImage } from '../../src/samples/memory-image.ts';
import { namedCpu, prstatusLayouts, type NamedArchitecture } from '../../src/samples/named-registers.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { s390xCpu, type System } from '../../src/samples/system.ts';

const uts = { sysname: 'Linux', nodename: 'n', release: 'r', version: 'v', machine: 'm', domainname: 'd' };
const plain = { uts, vmcoreinfo: 'OSRELEASE=r\n', crashkernel: undefined, dumpTime: 0, cpuId: 0n };
const s390x: System = { ...plain, arch: 's390x', endian: 'big', memory: new MemoryImage(0x10000), cpus: [s390xCpu()] };
const other = (arch: NamedArchitecture): System => ({
  ...plain,
  arch,
  endian: 'little',
  memory: new MemoryImage(0x10000, 'little'),
  cpus: [namedCpu(arch), namedCpu(arch, { linuxCpu: 1 })],
});

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'samples-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function readelf(bytes: Uint8Array): string {
  const path = join(folder, 'dump');
  writeFileSync(path, bytes);
  return execFileSync('readelf', ['-hnlW', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 24 });
}

describe('ELF vmcore', () => {
  it('kernel order, registers at the offsets of the sheet', () => {
    const file = Buffer.from(elfVmcore(s390x));
    const notes = 0x1000;
    expect(file.subarray(0, 8).toString('hex')).toBe('7f454c4602020100');
    expect(file.readUInt16BE(18)).toBe(22);
    const status = notes + 12 + 8 + 136 + 12 + 8;
    expect(file.subarray(status + 248, status + 256).toString('latin1')).toBe('  r15   ');
    expect(file.subarray(status + 256, status + 260).toString('latin1')).toBe('a0  ');
    const types: number[] = [];
    let at = notes;
    while (at < notes + Number(file.readBigUInt64BE(64 + 32))) {
      types.push(file.readUInt32BE(at + 8));
      at += 12 + Math.ceil(file.readUInt32BE(at) / 4) * 4 + Math.ceil(file.readUInt32BE(at + 4) / 4) * 4;
    }
    expect(types).toEqual([3, 1, 2, 0x301, 0x302, 0x303, 0x304, 0x305, 0x30a, 0x309, 0]);
  });

  it('QEMU order with its malformed header', () => {
    const file = Buffer.from(elfVmcore(s390x, { producer: 'qemu' }));
    expect(file.readUInt16BE(52)).toBe(8);
    expect(file.readBigUInt64BE(32)).toBe(192n);
    expect(file.subarray(128, 136).toString('hex')).toBe('0100000003000000');
    expect(file.subarray(file.length - 11).toString('latin1')).toBe('\0.shstrtab\0');
    expect(file.readUInt32BE(0x130 + 8)).toBe(1);
    expect(file.readUInt32BE(0x130 + 20 + 32)).toBe(0x01000000);
  });

  it.each(['x86_64', 'aarch64', 'ppc64le'] as const)('%s registers spell their names', (arch) => {
    const file = Buffer.from(elfVmcore(other(arch)));
    for (const [name, offset] of prstatusLayouts[arch].registers) {
      const text = file.subarray(0x1000 + 20 + offset, 0x1000 + 20 + offset + 8).toString('latin1');
      expect(text.trim()).toBe(name.slice(0, 8));
    }
  });

  it('PN_XNUM: the count is in section header 0', () => {
    const file = Buffer.from(elfVmcore(s390x, { extendedCount: true, noteSegments: 2, notesLast: true }));
    expect(file.readUInt16BE(56)).toBe(0xffff);
    expect(file.readUInt32BE(Number(file.readBigUInt64BE(40)) + 44)).toBe(3);
    expect(file.readUInt32BE(64)).toBe(1);
  });

  it('loads: overlapping, in any order, shorter in the file than in memory, not stored', () => {
    const loads = [
      { address: 0x8000, size: 0x4000, fileSize: 0x1000 },
      { address: 0x0, size: 0x9000, virtual: 0xffff000000000000n },
      { address: 0xc000, size: 0x1000, notStored: true },
    ];
    const file = Buffer.from(elfVmcore(s390x, { loads }));
    const header = (index: number): bigint[] => [8, 16, 24, 32, 40].map((offset) => file.readBigUInt64BE(64 + (index + 1) * 56 + offset));
    expect(header(0).slice(2)).toEqual([0x8000n, 0x1000n, 0x4000n]);
    expect(header(1)[1]).toBe(0xffff000000000000n);
    expect(header(2)).toEqual([0xffffffffffffffffn, 0xc000n, 0xc000n, 0n, 0x1000n]);
  });
});

describeNeeding('readelf', 'an ELF vmcore', () => {
  it('is accepted by readelf', () => {
    const healthy = readelf(elfVmcore(s390xSystem({ cpuCount: 3 })));
    expect(healthy).toContain('IBM S/390');
    expect(healthy.match(/NT_S390_PREFIX/g)).toHaveLength(3);
    expect(healthy).toMatch(/LOAD +0x003000 0x0+ 0x0+ 0x400000 0x400000/);
    expect(healthy).toMatch(/VMCOREINFO/);
    expect(readelf(elfVmcore(s390x, { extendedCount: true }))).toContain('65535 (2)');
    expect(readelf(elfVmcore(other('x86_64'), { producer: 'kernel' }))).toContain('X86-64');
    expect(readelf(elfVmcore(other('aarch64')))).toContain('AArch64');
    expect(readelf(elfVmcore(other('ppc64le')))).toContain('PowerPC64');
  });
});
