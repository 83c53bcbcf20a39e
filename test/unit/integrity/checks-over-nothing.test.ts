/** A check that had pages to look at passes; an export of memory that the dump does not have is refused, so none passes over nothing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { verifySchema } from '../../../src/shared/check-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const whole = join(folder, 'whole.vmcore');
writeFileSync(whole, elfVmcore(s390xSystem({ state: 'kdump' })));

it('of a range without pages there is nothing to check', async () => {
  const made = await runInProcess(['export', whole, '--format', 'kdump', '--range', '0xffffffffffff0000-0xffffffffffffffff', '-o', join(folder, 'none')]);
  expect(made).toMatchObject({ code: 2, err: expect.stringContaining('no memory of the dump lies at') as string });
});

it('of all of memory', async () => {
  const file = join(folder, 'all.kdump');
  const made = await runInProcess(['export', whole, '--format', 'kdump', '--range', '0x0-0x400000', '-o', file]);
  expect(made.code, made.err).toBe(0);
  const { out } = await runInProcess(['verify', file, '--json']);
  const { checks } = v.parse(verifySchema, JSON.parse(out));
  const found = ['page-decode', 'bitmap-count', 'cross-prefix'].map((id) => checks.find((check) => check.id === id));
  expect(found.map((check) => check?.verdict)).toEqual(['passed', 'passed', 'passed']);
  expect(found.map((check) => check?.detail).join('; ')).not.toMatch(/\b0 (?:pages|stored)/);
});
