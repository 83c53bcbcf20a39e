/** The compare command: verdict, exit code, rules, views, wrong usage. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { buildCase } from '../../../src/samples/case-text.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { twoSystems } from '../../../src/samples/two-systems.ts';
import { compareSchema, reasonText, type CompareJson } from '../../../src/shared/compare-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
process.env.XDG_CACHE_HOME = folder;

const write = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const system = 'system healthy state=running';
const before = write('before.elf', buildCase(`${system}\nformat elf-vmcore producer=qemu`));
const same = write('same.s390', buildCase(`${system}\nformat s390 producer=zgetdump`));
const after = write('after.elf', buildCase(`${system}\nbytes 0x300010 de ad\nfill 0x302000 8192 7\nnote OTHER 1 01\nformat elf-vmcore producer=qemu`));
const other = write('other.elf', buildCase('system healthy kernel=6.12 release="6.12.0-other" version="#9 other"\nformat elf-vmcore producer=qemu'));
const filtered = write('filtered', buildCase(`${system}\nexclude 0x304000 8192\nformat kdump-compressed codec=zlib level=0`));

async function json(...argv: string[]): Promise<{ readonly code: number; readonly compared: CompareJson }> {
  const { code, out, err } = await runInProcess(['compare', '--json', ...argv]);
  expect(err).toBe('');
  return { code, compared: v.parse(compareSchema, JSON.parse(out)) };
}

describe('compare', () => {
  it.each([[[]], [['--exact']]])('finds the changed pages %j', async (options) => {
    const { code, compared } = await json(before, after, ...options);
    expect(code).toBe(1);
    expect(compared).toMatchObject({
      comparable: true,
      method: options.length === 0 ? 'fingerprint' : 'exact',
      pages: {
        changed: 3,
        onlyLeft: 0,
        onlyRight: 0,
        changedRanges: [
          { start: '0x300000', end: '0x301000' },
          { start: '0x302000', end: '0x304000' },
        ],
      },
      cpus: [],
      osinfo: [],
      vmcoreinfo: [],
    });
    const { common, equal, changed, byRegion } = compared.pages;
    expect(common).toBe(equal + changed);
    expect(byRegion.at(-1)).toMatchObject({ name: 'other memory', changed: 3 });
  });

  it('compares the bytes of two dumps that share one index', async () => {
    const damagedCopy = write('copy.elf', buildCase(`${system}\nbytes 0x300010 de ad\nformat elf-vmcore producer=qemu`));
    await runInProcess(['index', before]);
    const { code, compared } = await json(before, damagedCopy);
    expect(code).toBe(1);
    expect(compared).toMatchObject({ method: 'exact', left: { identity: compared.right.identity }, pages: { changed: 1 } });
    expect(compared.remarks?.[0]).toMatchObject({ kind: 'same-identity', text: expect.stringContaining('every byte was compared') as unknown });
  });

  it('finds no difference of a dump and itself', async () => {
    const { code, out } = await runInProcess(['compare', before, before]);
    expect(code).toBe(0);
    expect(out).toMatch(/^No difference in [\d,]+ common pages, byte by byte\./);
  });

  it('finds the same memory in another container', async () => {
    const { compared } = await json(before, same);
    expect(compared.pages).toMatchObject({ changed: 0, onlyLeft: 0, onlyRight: 0 });
    expect(compared.remarks).toContainEqual({ kind: 'only-in-one', section: 'notes', text: 'notes are only in the left dump' });
  });

  it('distinguishes pages that one dump left out from pages that are zero', async () => {
    const { compared } = await json(before, filtered);
    // A kdump kernel does not dump the memory that it runs in.
    const crashkernel = compared.pages.byRegion.find(({ name }) => name === 'crashkernel');
    expect(crashkernel).toMatchObject({ pages: 512, onlyLeft: 512 });
    expect(compared.pages).toMatchObject({ changed: 0, onlyLeft: 512 + 2, onlyRight: 0 });
  });

  it('says why two dumps are not comparable', async () => {
    const { code, compared } = await json(before, other);
    expect(code).toBe(1);
    expect(compared.comparable).toBe(false);
    expect(compared.reasons?.map(reasonText).join('\n')).toMatch(/different kernels: .* and 6\.12\.0-other/);
    expect((await runInProcess(['compare', before, other])).out).toMatch(/^These two are not comparable:\n {2}different kernels/);
  });

  it('compares with a shift', async () => {
    const { compared } = await json(before, before, '--shift', '0x1000');
    expect(compared.shift).toBe(4096);
    expect(compared.pages).toMatchObject({ onlyLeft: 1, onlyRight: 1 });
    expect(compared.pages.changed).toBeGreaterThan(0);
  });

  it('leaves out what rules ignore, and says which', async () => {
    const rules = write(
      'rules.json',
      JSON.stringify({
        schema: 1,
        name: 'known changes',
        rules: [
          { name: 'notes', fields: ['notes.OTHER *'] },
          {
            name: 'the buffer',
            ranges: [
              { start: '0x302000', end: '0x304000' },
              { start: '0x300010', end: '0x300012' },
            ],
          },
        ],
      }),
    );
    const { code, compared } = await json(before, after, '--ignore', rules);
    expect(code).toBe(0);
    expect(compared.ignoring).toEqual({ name: 'known changes', rules: ['notes', 'the buffer'] });
    expect(compared.pages).toMatchObject({ changed: 0, ignored: 3, changedRanges: [] });
    expect(compared.pages.common).toBe(compared.pages.equal + 3);
  });

  it('compares one of two systems with a dump of it', async () => {
    const { dumped, production } = twoSystems();
    const both = write('both.elf', elfVmcore(dumped, { producer: 'qemu' }));
    const first = write('first.elf', elfVmcore(production, { producer: 'qemu' }));
    const { compared: asStored } = await json(first, both);
    const { compared: inView } = await json(first, both, '--view', 'prod');
    expect(asStored.pages.changed).toBeGreaterThan(20);
    // The purgatory has overwritten 0x2000 to 0x10000.
    expect(inView.pages.changed).toBeLessThanOrEqual(14);
    const { compared: exact } = await json(first, both, '--view', 'prod', '--exact');
    expect({ ...exact, method: 'fingerprint' }).toEqual(inView);
  });

  it.each([
    [['--shift', '100'], /--shift: "100" is not a number of bytes that is a multiple of 4096/],
    [['--view', 'mine'], /--view: "mine" is not one of all, prod, kdump/],
    [['--view', 'prod'], /neither dump holds two systems/],
    [['--ignore', write('bad.json', '{')], /is not JSON/],
    [['--ignore', write('wrong.json', '{"schema":2}')], /does not contain valid ignore rules/],
  ])('refuses %j', async (options, message) => {
    const { code, out, err } = await runInProcess(['compare', before, after, ...options]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  it('needs two dumps', async () => {
    expect((await runInProcess(['compare', before])).code).toBe(2);
    expect((await runInProcess(['compare', before, write('text.txt', 'no dump\n')])).code).toBe(3);
    expect((await runInProcess(['compare', before, after, '--ignore', join(folder, 'none.json')])).code).toBe(3);
  });

  it('builds an index that is missing or damaged, and needs none for bytes', async () => {
    const fresh = write('fresh.elf', buildCase(`${system}\nbytes 0x310000 01\nnote OTHER 1 02\nformat elf-vmcore producer=qemu`));
    const { compared } = await json(before, fresh);
    expect(compared.pages.changed).toBe(1);
    const { out } = await runInProcess(['index', fresh, '--json']);
    const { indexPath } = JSON.parse(out) as { indexPath: string };
    writeFileSync(indexPath, 'no database');
    expect((await json(before, fresh)).compared.pages.changed).toBe(1);
  });
});
