/** The first answers come from headers and small structures, whatever the size of the dump: counted in bytes, not in seconds. */
import { closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { describeNotes } from '../../../src/analysis/engine/machine/notes.ts';
import { describeRegions } from '../../../src/analysis/engine/machine/regions.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { openFile } from '../../../src/analysis/source/file-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { countingSource } from '../../counting-source.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const tebibyte = 2 ** 40;
const limit = 2 << 20;

const u64 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

function put(path: string, offset: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
}

const system = 'system healthy cpus=3 no-crashkernel kdump=none';

/** A sparse file: the headers and the first MiB of a small system, and holes up to 1 TiB of memory. */
function elfDump(): string {
  const path = join(folder, 'huge.vmcore');
  writeFileSync(path, buildCase(`${system}\nload 0x0 0x700000\nformat elf-vmcore`));
  // p_filesz and p_memsz of the PT_LOAD, the second program header.
  put(path, 64 + 56 + 32, u64(tebibyte));
  put(path, 64 + 56 + 40, u64(tebibyte));
  truncateSync(path, 0x4000 + tebibyte);
  return path;
}

function standaloneDump(): string {
  const path = join(folder, 'huge.s390');
  const bytes = buildCase(`${system}\nformat s390`);
  const marker = bytes.subarray(0x1000 + 0x700000, 0x1000 + 0x700000 + 16);
  writeFileSync(path, bytes.subarray(0, 0x1000 + 0x700000));
  put(path, 0x18, u64(tebibyte));
  truncateSync(path, 0x1000 + tebibyte);
  put(path, 0x1000 + tebibyte, marker);
  return path;
}

describe('a dump of 1 TiB', () => {
  it.each([
    ['ELF vmcore', elfDump],
    ['s390 stand-alone', standaloneDump],
  ])('%s: triage reads less than 2 MiB', async (_name, write) => {
    const file = openFile(write());
    try {
      const counted = countingSource(file);
      const session = sessionOn(counted);
      const first = await triage(session, new AbortController().signal);
      const info = describeDump(session);
      describeNotes(session);
      describeRegions(session);
      expect(session.identity).toMatch(/^[0-9a-f]{64}$/);
      expect(info.container.complete).toBe(true);
      expect(info.memory.bytes).toBe(tebibyte);
      expect(info.machine.cpuCount).toBe(3);
      expect(info.kernel.release).toBeDefined();
      expect(first.checks.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
      expect(first.checks.find(({ id }) => id === 'os-info-page')?.verdict).toBe('passed');
      expect(counted.delivered).toBeLessThan(limit);
      expect(counted.touched).toBeLessThan(limit);
    } finally {
      file.close();
    }
  });
});
