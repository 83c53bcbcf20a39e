import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { caseFormats } from '../../src/samples/case-formats.ts';
import { caseStatements } from '../../src/samples/case-statements.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { damageNames } from '../../src/samples/damage.ts';

const ascii = (bytes: Uint8Array, offset: number, length: number): string => Buffer.from(bytes.subarray(offset, offset + length)).toString('latin1');
const hex = (bytes: Uint8Array, offset: number, length: number): string => Buffer.from(bytes.subarray(offset, offset + length)).toString('hex');

describe('case text', () => {
  it('puts registers that spell their names at the places of the sheets', () => {
    const dump = buildCase(`
      memory 2 MiB          # header + memory + marker block
      cpu prefix=0x8000 r3="r-three " psw=0x0706c00180000000:0x4178a6 cpu_nr=5 lpp=0x80000000
      format s390
    `);
    const lowcore = 0x1000 + 0x8000;
    expect(dump.length).toBe(0x1000 + 0x200000 + 0x1000);
    expect(hex(dump, 0, 8)).toBe('a8190173618f23fd');
    expect(ascii(dump, lowcore + 0x1280 + 15 * 8, 8)).toBe('  r15   ');
    expect(ascii(dump, lowcore + 0x1280 + 3 * 8, 8)).toBe('r-three ');
    expect(ascii(dump, lowcore + 0x1380 + 7 * 8, 8)).toBe(' cr7    ');
    expect(ascii(dump, lowcore + 0x1340 + 12, 4)).toBe('a3  ');
    expect(ascii(dump, lowcore + 0x1200, 8)).toBe('  f0    ');
    expect(hex(dump, lowcore + 0x1300, 16)).toBe('0706c0018000000000000000004178a6');
    expect(hex(dump, lowcore + 0x1318, 4)).toBe('00008000');
    expect(ascii(dump, lowcore + 0x1330, 8)).toBe('\0todcmp ');
    expect(hex(dump, lowcore + 0x3a0, 4)).toBe('00000005');
    expect(hex(dump, 0x800, 8)).toBe('0000800000000000');
    expect(hex(dump, 0x5d, 4)).toBe('00010001');
    expect(ascii(dump, 0x201000, 8)).toBe('DUMP_END');
  });

  it('changes the finished file in order', () => {
    const dump = buildCase('memory 64 KiB\nformat s390\npatch file:0x18 ff ff\npatch -4096 "XX"\ntruncate -4080\nappend de ad');
    expect(hex(dump, 0x18, 3)).toBe('ffff00');
    expect(ascii(dump, 0x11000, 16).slice(0, 8)).toBe('XXMP_END');
    expect(hex(dump, dump.length - 2, 2)).toBe('dead');
  });

  it('writes memory statements big-endian on s390x and little-endian elsewhere', () => {
    const dump = buildCase('memory 64 KiB\nu32 0x1000 0x01020304\ntext 0x2000 "h\\x69\\n"\nfill 0x3000 4 0x5a\ncksm 0x4000 0x1000 4\nformat s390 end=none');
    expect(hex(dump, 0x2000, 4)).toBe('01020304');
    expect(ascii(dump, 0x3000, 3)).toBe('hi\n');
    expect(hex(dump, 0x4000, 5)).toBe('5a5a5a5a00');
    expect(hex(dump, 0x5000, 4)).toBe('01020304');
    const little = buildCase('arch x86_64\nmemory 64 KiB\nu32 0 0x01020304\ncpu rip=0x1234\nformat elf-vmcore vmcoreinfo=no');
    expect(hex(little, little.length - 0x10000, 4)).toBe('04030201');
  });

  it.each([
    ['memory 1 MiB\nnonsense 1\nformat s390', 2, 'not a statement'],
    ['memory 1 MiB\nbytes 0x100000 00\nformat s390', 2, 'outside the memory'],
    ['memory 1 MiB\ntext 0 "abc\nformat s390', 2, 'cannot read'],
    ['memory 1 MiB\ncpu r3="short"\nformat s390', 2, 'characters'],
    ['memory 1 MiB\ncpu q3=1\nformat s390', 2, 'neither a register'],
    ['memory 1 MiB\n\nformat nothing', 3, 'is not one of'],
    ['memory 1 MiB\nformat s390\npatch 0x200000 00', 3, 'outside the file'],
    ['memory 1 MiB\nformat s390 colour=red', 2, 'not understood'],
    ['damage osinfo-checksum', 1, 'needs a "system"'],
    ['memory 1 MiB', 1, 'no "format"'],
  ])('names the line of a mistake: %j', (text, line, what) => {
    expect(() => buildCase(text)).toThrow(new RegExp(`^line ${line}: .*${what}`));
  });

  it('has every statement, format and damage explained', () => {
    const readme = readFileSync(new URL('../../src/samples/README.md', import.meta.url), 'utf8');
    for (const name of caseStatements.keys()) expect(readme, name).toMatch(new RegExp(`[\`|·] ?(\\w+\\|)*${name}\\b`));
    for (const name of caseFormats.keys()) expect(readme).toContain(`format ${name}`);
  });

  it.each(damageNames)('damage %s changes the dump', (name) => {
    const system = 'system healthy state=disabled-wait ipib reipl-entry';
    const whole = buildCase(`${system}\nformat s390`);
    const damaged = buildCase(`${system}\ndamage ${name}\nformat s390`);
    expect(damaged.length).toBe(whole.length);
    expect(Buffer.compare(damaged, whole)).not.toBe(0);
  });
});
