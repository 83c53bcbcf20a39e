/** CPUs in the overview: the function of the address next to it, and the one that crashed in a column of its own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();

/** Cells by the headings of their columns, a row for each CPU, once the table has what is expected of it. */
async function cpuRows(page: Page): Promise<readonly Record<string, string>[]> {
  const table = page.getByTestId('cpu-table');
  const heads = await table.locator('th').allInnerTexts();
  const rows = await table.locator('tbody tr').all();
  return Promise.all(
    rows.map(async (row) => Object.fromEntries((await row.locator('td').allInnerTexts()).map((cell, at) => [heads[at] ?? String(at), cell.trim()] as const))),
  );
}

const crash = join(folder, 'crash.vmcore');
writeFileSync(crash, buildCase('system healthy state=kdump cpus=2\nformat elf-vmcore producer=kernel\n'));
const running = join(folder, 'running.vmcore');
writeFileSync(running, buildCase('system healthy state=running cpus=2\nformat elf-vmcore\n'));

const real = [
  [
    'c-null-kthread.kdump',
    [
      { 'PSW address': '0x3ffff10d938', where: '__do_machine_kdump', 'crashed in': 'stopped in arch_cpu_idle' },
      { 'PSW address': '0x3ffff106f7c', where: 'smp_call_ipl_cpu', 'crashed in': 'order_update_totals [orderflow]' },
      { 'PSW address': '0x3ffff106874', where: 'smp_handle_ext_call', 'crashed in': '–' },
    ],
  ],
  [
    'c-x86-null.kdump',
    [
      { instruction: '0xffffffff81a592eb', where: 'native_safe_halt', 'crashed in': '–' },
      { instruction: '0xffffffffc026e005', where: 'order_update_totals [orderflow]', 'crashed in': 'order_update_totals [orderflow]' },
    ],
  ],
] as const;

describeNeeding('window', 'CPUs in the overview', () => {
  it('name the function of the address, and next to it the one that crashed', async () => {
    const { page } = await openOne([crash]);
    await expect.poll(async () => (await cpuRows(page))[0]?.['crashed in']).toBeDefined();
    const rows = await cpuRows(page);
    expect(rows.map((row) => [row['PSW address'], row.where, row['crashed in']])).toEqual([
      ['0x110038', '__do_machine_kexec', 'sysrq_handle_crash'],
      ['0x10a82e', 'smp_stop_cpu', '–'],
    ]);
  });

  it('have no such column where nothing crashed', async () => {
    const { page } = await openOne([running]);
    await expect.poll(async () => (await cpuRows(page))[0]?.where).toBeDefined();
    expect(Object.keys((await cpuRows(page))[0] ?? {})).not.toContain('crashed in');
  });

  for (const [name, expected] of real)
    it.skipIf(!haveDump(name))(`of ${name}`, async () => {
      const { page } = await openOne([await dumpFile(name)]);
      await expect.poll(async () => (await cpuRows(page))[0]?.['crashed in']).toBeDefined();
      expect(await cpuRows(page)).toMatchObject(expected);
    });
});
