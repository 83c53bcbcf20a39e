import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/analysis/engine/engine.ts';
import { pageEntryText, tableEntryText } from '../../../src/analysis/arch/s390x/dat-entry.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { inspectSchema, layoutListSchema, structViewSchema } from '../../../src/shared/inspect-model.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = scratchFolder();
const context = { signal: new AbortController().signal, progress: () => undefined };

async function opened() {
  const path = join(folder, 'a.s390');
  writeFileSync(path, buildCase('system healthy state=disabled-wait\nformat s390 producer=zipl\n'));
  const engine = createEngine();
  const { handlers } = engine;
  const { dump } = await handlers.open({ path }, context);
  return { handlers, dump, close: () => engine.close() };
}

describe('what a place can be read as', () => {
  it('gives a PSW, a text in EBCDIC, a pointer with what it leads to', async () => {
    const { handlers, dump, close } = await opened();
    const lowcore = v.parse(inspectSchema, await handlers.inspect({ dump, space: 'absolute', address: 0xe18n }, context));
    const pointer = lowcore.readings.find(({ name }) => name === 'as absolute address');
    expect(pointer?.place).toEqual({ space: 'absolute', address: '0x1c8000' });
    expect(pointer?.text).toContain('OSINFOSZ');
    // What leads somewhere is said first, and what any bytes can be last.
    expect(lowcore.readings.at(0)?.place).toBeDefined();
    expect(lowcore.readings.slice(-4).map(({ name }) => name)).toEqual(['f32 big', 'f64 big', 'f32 little', 'f64 little']);
    const magic = v.parse(inspectSchema, await handlers.inspect({ dump, space: 'absolute', address: 0x1c8000n }, context));
    expect(magic.readings.find(({ name }) => name === 'EBCDIC 1047')?.text).toHaveLength(16);
    expect(magic.readings.some(({ place }) => place !== undefined)).toBe(false);
    // Past the end of the space and of the memory: fewer readings, no failure.
    for (const address of [(1n << 64n) - 2n, (1n << 64n) - 16n, 1n << 50n]) {
      expect(v.parse(inspectSchema, await handlers.inspect({ dump, space: 'absolute', address }, context)).readings).toEqual([]);
    }
    close();
  });

  it('lays every declared structure over any place', async () => {
    const { handlers, dump, close } = await opened();
    const { layouts } = v.parse(layoutListSchema, await handlers.layouts({ dump }, context));
    expect(layouts.map(({ name }) => name)).toEqual(expect.arrayContaining(['os_info', 'new_utsname', 'lowcore (6.1)']));
    expect(new Set(layouts.map(({ name }) => name)).size).toBe(layouts.length);
    for (const { name, size } of layouts) {
      for (const address of [0n, 0x1c8000n, (1n << 64n) - 8n]) {
        const view = v.parse(structViewSchema, await handlers.viewAs({ dump, layout: name, space: 'absolute', address }, context));
        expect(view.size).toBe(size);
      }
    }
    const osInfo = v.parse(structViewSchema, await handlers.viewAs({ dump, layout: 'os_info', space: 'absolute', address: 0x1c8000n }, context));
    expect(osInfo.fields[0]).toMatchObject({ name: 'magic', offset: 0, size: 8, value: '0x4f53494e464f535a' });
    const beyond = v.parse(structViewSchema, await handlers.viewAs({ dump, layout: 'os_info', space: 'absolute', address: 1n << 50n }, context));
    expect(beyond.fields.every(({ value }) => value === undefined)).toBe(true);
    await expect(async () => handlers.viewAs({ dump, layout: 'nothing', space: 'absolute', address: 0n }, context)).rejects.toThrow('nothing');
    close();
  });
});

describe('entries of translation tables', () => {
  it('are read by their bits', () => {
    expect(pageEntryText(0x1234_5700n)).toBe('frame 0x12345000, invalid, protected, no execute');
    expect(pageEntryText(0x800n)).toBeUndefined();
    expect(tableEntryText(0x7f0007n)).toBe('region third entry, next table 0x7f0000');
    expect(tableEntryText(0x20n)).toBe('segment entry, invalid');
    expect(tableEntryText((0x12300e00n & ~0xfffn) | 0x600n)).toContain('large frame');
  });
});
