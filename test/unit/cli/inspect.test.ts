/** The inspect command: readings of bytes, structures laid over them, wrong names. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { inspectSchema, layoutListSchema, structViewSchema } from '../../../src/shared/inspect-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const { healthy } = commandFiles(scratchFolder());
const json = async (...argv: string[]): Promise<unknown> => JSON.parse((await runInProcess(['inspect', healthy, ...argv, '--json'])).out);

describe('inspect', () => {
  it('lists the structures that can be laid over memory', async () => {
    const { layouts } = v.parse(layoutListSchema, await json());
    expect(layouts.map(({ name }) => name)).toEqual(expect.arrayContaining(['os_info', 'lowcore (6.1)', 'Elf64_Ehdr']));
    expect((await runInProcess(['inspect', healthy])).out).toContain('os_info');
  });

  it('reads bytes in the ways that make sense', async () => {
    const { readings } = v.parse(inspectSchema, await json('cpu0.lowcore+0x1a0'));
    expect(readings.find(({ name }) => name === 'PSW')?.text).toContain('kernel code');
    expect(readings).toEqual(v.parse(inspectSchema, await json('real(0):0x1a0')).readings);
  });

  it('lays a structure over a place', async () => {
    const seen = v.parse(structViewSchema, await json('cpu1.lowcore', '--as', 'lowcore (6.1)'));
    expect(seen.size).toBe(8192);
    expect(seen.fields.find(({ name }) => name === 'cpu_nr')?.value).toBe(1);
    expect((await runInProcess(['inspect', healthy, 'cpu1.lowcore', '--as', 'lowcore (6.1)'])).out).toMatch(/0x03a0 +cpu_nr +1/);
  });

  it('says first which place it is, by its symbol too, and which bytes are there', async () => {
    const { out } = await runInProcess(['inspect', healthy, 'cpu0.lowcore+0x1a0']);
    const [head, bytes] = out.split('\n');
    expect(head).toMatch(/^absolute 0x[0-9a-f]+$/);
    const { hex } = JSON.parse((await runInProcess(['read', healthy, 'cpu0.lowcore+0x1a0', '16', '--json'])).out) as { hex: string };
    expect(bytes?.replaceAll(' ', '')).toContain(hex);
    const { symbols } = JSON.parse((await runInProcess(['symbols', healthy, 'panic', '--json'])).out) as { symbols: readonly { address: string }[] };
    const named = await runInProcess(['inspect', healthy, 'panic+0x6']);
    expect(named.out.split('\n')[0]).toBe(`virtual 0x${(BigInt(symbols[0]?.address ?? '0') + 6n).toString(16)}  panic+0x6`);
    // Bytes that are not in the dump are shown as such.
    expect((await runInProcess(['inspect', healthy, '0xffffffffffff0000'])).out).toMatch(
      /^absolute 0xffffffffffff0000\n[0-9a-f]+(?: +--){16}\nthe dump has no bytes there: missing\n$/,
    );
  });

  it('says which names there are', async () => {
    const { code, err } = await runInProcess(['inspect', healthy, '0x1000', '--as', 'no_such_thing']);
    expect([code, err]).toEqual([2, expect.stringMatching(/"no_such_thing" is not one of the declared structures.*cannot be used as a kernel type/)]);
    expect((await runInProcess(['inspect', healthy, '--as', 'os_info'])).code).toBe(2);
  });
});
