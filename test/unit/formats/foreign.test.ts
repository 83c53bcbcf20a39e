import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foreignKind, foreignRows } from '../../../src/analysis/formats/foreign.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { ForeignFile } from '../../../src/shared/dump-error.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

/** A file that begins with these bytes; text kinds are text to their end. */
function fileOf(hexDigits: string): Buffer {
  const begin = Buffer.from(hexDigits, 'hex');
  const isText = /^[\t\n\r\x20-\x7e]+$/.test(begin.toString('latin1'));
  return isText ? begin : Buffer.concat([begin, Buffer.alloc(Math.max(0, 8192 - begin.length))]);
}
const kindOf = (bytes: Buffer): string | undefined => foreignKind({ head: bytes.subarray(0, 4096), source: memorySource('file', bytes) })?.id;

function errorOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('files of other kinds', () => {
  it('have an id and a name each of their own', () => {
    expect(new Set(foreignRows.map(({ id }) => id)).size).toBe(foreignRows.length);
    expect(new Set(foreignRows.map(({ name }) => name)).size).toBe(foreignRows.length);
    expect(foreignRows.length).toBeGreaterThanOrEqual(30);
  });

  it.each(foreignRows.map((row) => [row.id, row] as const))('%s: its sample is recognised, a near miss is not', (id, row) => {
    expect(kindOf(fileOf(row.sample))).toBe(id);
    expect(kindOf(fileOf(row.nearMiss))).toBeUndefined();
    expect(errorOf(() => openDump(memorySource('file', fileOf(row.sample))))).toBeInstanceOf(ForeignFile);
    expect(row.wayOut.length).toBeGreaterThan(10);
  });

  it('are never what a dump of ours is taken for', () => {
    const folder = new URL('../../cases/', import.meta.url);
    for (const name of readdirSync(folder).filter((one) => one.endsWith('.dump'))) {
      const text = readFileSync(new URL(name, folder), 'utf8');
      const bytes = errorOf(() => buildCase(text)) === undefined ? Buffer.from(buildCase(text)) : undefined;
      // Sets of several files have no single one.
      if (bytes !== undefined) expect([name, kindOf(bytes)]).toEqual([name, undefined]);
    }
  });
});

describe('core of a process', () => {
  const hex = (text: string, bytes: number): string => Buffer.from(text.padEnd(bytes, '\0'), 'latin1').toString('hex');
  const prpsinfo = `${'00'.repeat(40)}${hex('backupd', 16)}${hex('/usr/sbin/backupd -f', 80)}`;
  const core = (arch: string, more: string): Buffer =>
    Buffer.from(
      buildCase(
        `arch ${arch}\nmemory 64 KiB\nload 0x0 0x1000\nload 0x0 0x2000\nnote CORE 3 ${prpsinfo}\n${more}format elf-vmcore producer=qemu vmcoreinfo=no\n`,
      ),
    );

  it.each(['s390x', 'x86_64', 'aarch64', 'ppc64le'])('is named with its program (%s)', (arch) => {
    for (const type of [6, 0x46494c45, 0x53494749]) {
      const error = errorOf(() => openDump(memorySource('core', core(arch, `note CORE ${type} 0000000000000000\n`))));
      expect(error).toBeInstanceOf(ForeignFile);
      expect((error as ForeignFile).foreign).toMatchObject({ id: 'process-core', name: 'core of /usr/sbin/backupd, not a kernel dump' });
    }
  });

  it('is not what a kernel dump with process information is taken for', () => {
    expect(openDump(memorySource('core', core('s390x', ''))).format).toBe('elf-vmcore');
  });
});

describe('the command line', () => {
  it('says what the file is, and as JSON in one document with exit code 3', async () => {
    const path = join(scratchFolder(), 'guest.sav');
    writeFileSync(path, fileOf(foreignRows.find(({ id }) => id === 'libvirt-save')?.sample ?? ''));
    for (const command of ['info', 'triage', 'verify']) {
      const { code, out, err } = await runInProcess([command, path, '--json']);
      expect(code).toBe(3);
      expect(JSON.parse(out)).toMatchObject({ error: { kind: 'foreign', id: 'libvirt-save' } });
      expect(out).toContain('virsh');
      expect(err).toContain('libvirt save file');
    }
  });

  it('says of a flattened stream without records that it has none', async () => {
    const path = join(scratchFolder(), 'empty.flat');
    const head = Buffer.alloc(4096);
    head.write('makedumpfile');
    head.writeBigUInt64BE(1n, 16);
    head.writeBigUInt64BE(1n, 24);
    writeFileSync(path, head);
    expect((await runInProcess(['info', path])).err).toContain('no record');
  });
});
