/** CPUs in the overview: each address with its function, and the function that crashed in its own column. */
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

/** Cells by the headings of their columns, a row for each CPU, once the table has the expected contents. */
async function cpuRows(page: Page): Promise<readonly Record<string, string>[]> {
  const table = page.getByTestId('cpu-table');
  const heads = await table.getByRole('columnheader').allInnerTexts();
  const rows = await table.locator('[data-index]').all();
  return Promise.all(
    rows.map(async (row) =>
      Object.fromEntries((await row.getByRole('gridcell').allInnerTexts()).map((cell, at) => [heads[at] ?? String(at), cell.trim()] as const)),
    ),
  );
}

const crash = join(folder, 'crash.vmcore');
writeFileSync(crash, buildCase('system healthy state=kdump cpus=2\nformat elf-vmcore producer=kernel\n'));
const running = join(folder, 'running.vmcore');
writeFileSync(running, buildCase('system healthy state=running cpus=2\nformat elf-vmcore\n'));

const real = [
  [
    'c-null-kthread.kdump',
    'Unable to handle kernel pointer dereference',
    /kernel stack of orderd\/main/,
    '0x0704e00100000001',
    [
      { 'PSW address': '0x000003ffff10d938', where: '__do_machine_kdump', 'before the crash': 'interrupted in arch_cpu_idle' },
      { 'PSW address': '0x000003ffff106f7c', where: 'smp_call_ipl_cpu', 'before the crash': 'order_update_totals [orderflow]' },
      { 'PSW address': '0x000003ffff106874', where: 'smp_handle_ext_call', 'before the crash': '–' },
    ],
  ],
  [
    'c-x86-null.kdump',
    'BUG: kernel NULL pointer dereference',
    /task_struct of orderd\/main/,
    '0xffffffffffffffff',
    [
      { instruction: '0xffffffff81a592eb', where: 'native_safe_halt', 'before the crash': '–' },
      { instruction: '0xffffffffc026e005', where: 'order_update_totals [orderflow]', 'before the crash': 'order_update_totals [orderflow]' },
    ],
  ],
] as const;

const others = [
  ['o-x86-x1-vmcore.elf', /^([A-Z]{2,3} )*[A-Z]{2,3}$/, /kernel/],
  ['o-a64-a1-qemu.elf', /^EL1h/, /EL1h/],
] as const;

describeNeeding('window', 'CPUs in the overview', () => {
  it('show the function of the address, and next to it the one that crashed', async () => {
    const { page } = await openOne([crash]);
    await expect.poll(async () => (await cpuRows(page))[0]?.['before the crash']).toBeDefined();
    const rows = await cpuRows(page);
    expect(rows.map((row) => [row['PSW address'], row.where, row['before the crash']])).toEqual([
      ['0x0000000000110038', '__do_machine_kexec', 'sysrq_handle_crash'],
      ['0x000000000010a82e', 'smp_stop_cpu', '–'],
    ]);
    // Next to it are the backtrace from there on, and the log around the panic; each links to the whole.
    const trace = page.getByTestId('trace-card');
    await trace.locator('.crash-place').getByText('sysrq_handle_crash').waitFor();
    await page.getByTestId('log-death').getByText('Kernel panic').waitFor();
    expect(await page.getByTestId('verdict').getAttribute('data-tone')).not.toBe('plain');
    await trace.getByRole('button', { name: 'All backtraces' }).click();
    await expect.poll(() => page.getByTestId('kernel-tab-traces').getAttribute('aria-selected')).toBe('true');
  });

  it('have no such column if nothing crashed', async () => {
    const { page } = await openOne([running]);
    await expect.poll(async () => (await cpuRows(page))[0]?.where).toBeDefined();
    expect(Object.keys((await cpuRows(page))[0] ?? {})).not.toContain('before the crash');
  });

  for (const [name, flags, state] of others)
    it.skipIf(!haveDump(name))(`of ${name} are at home: their own registers and flags, and no lowcore`, async () => {
      const { page, photograph } = await openOne([await dumpFile(name)]);
      await expect.poll(async () => (await cpuRows(page))[0]?.state).toMatch(state);
      await page.getByTestId('log-card').locator('li').first().waitFor();
      await photograph(`overview-${name}`);
      expect(await page.getByTestId('rail-lowcore').count()).toBe(0);
      await page.getByTestId('rail-cpus').click();
      const details = page.getByTestId('cpu-details');
      await details.getByRole('heading', { name: 'Instruction, stack, and flags' }).waitFor();
      await details.getByText(flags).first().waitFor();
      await photograph(`cpus-${name}`);
      await page.getByTestId('rail-dmesg').click();
      await page.getByTestId('log-table').locator('[role=row]').nth(3).waitFor();
      await photograph(`log-${name}`);
    });

  for (const [name, oops, object, number, expected] of real)
    it.skipIf(!haveDump(name))(`of ${name}`, async () => {
      const { page } = await openOne([await dumpFile(name)]);
      await expect.poll(async () => (await cpuRows(page))[0]?.['before the crash']).toBeDefined();
      expect(await cpuRows(page)).toMatchObject(expected);
      // Its kernel log begins with the report of the oops.
      await page.getByTestId('log-card').getByText(oops).waitFor();
      // The CPU that crashed is shown first; targets of its registers are named, and a number that points nowhere is not a link.
      await page.getByTestId('rail-cpus').click();
      const details = page.getByTestId('cpu-details');
      await details.getByRole('heading', { name: 'CPU 1', exact: true }).waitFor();
      await page.getByTestId('view-cpus').locator('[data-mark="crashed"][aria-current="true"]').waitFor();
      await details.getByText(object).first().waitFor();
      const plain = details.locator('.register', { hasText: number });
      await plain.first().waitFor();
      expect(await plain.getByRole('button').count()).toBe(0);
    });
});
