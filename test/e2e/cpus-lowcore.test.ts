/** CPUs, lowcores and notes in the window: side by side, with bytes and fields linked in both directions. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import type { Desk } from './desk.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
const dump = join(folder, 'two-cpus.vmcore');
writeFileSync(dump, buildCase('system healthy\nformat elf-vmcore producer=kernel\n'));
const openOne = testDesk();

async function open(): Promise<Desk> {
  const desk = await openOne([dump]);
  await desk.page.getByTestId('dump-title').waitFor();
  return desk;
}
const goTo = async (page: Page, address: string): Promise<void> => {
  await page.keyboard.press('Control+g');
  await page.getByTestId('go-to').fill(address);
  await page.keyboard.press('Enter');
};

const search = async (page: Page, text: string): Promise<void> => page.getByTestId('lowcore-search').fill(text);
const rowOf = (page: Page, field: string): Locator =>
  page
    .getByTestId('lowcore-fields')
    .getByRole('row')
    .filter({ has: page.locator(`[data-field="${field}"]`) });
/** The row at the cursor. */
const currentRow = (page: Page, field: string): Locator => rowOf(page, field).and(page.locator('[aria-current="true"]'));

describeNeeding('window', 'lowcore', () => {
  it('shows CPUs side by side, marks differences, and links fields and bytes in both directions', async () => {
    const { page } = await open();
    await page.getByTestId('rail-lowcore').click();
    const fields = page.getByTestId('lowcore-fields');
    await fields.waitFor();
    await expect.poll(() => page.getByTestId('lowcore-layout').innerText()).toMatch(/layout of Linux 6\.1.*certain.*\d+ of \d+ tests agree/s);
    await page.getByTestId('cpu-add').selectOption({ index: 1 });
    await fields.getByTestId('lowcore-head').getByText('CPU 1', { exact: true }).waitFor();
    await page.getByTestId('only-differences').check();
    await expect.poll(() => rowOf(page, 'cpu_nr').getAttribute('data-mark')).toBe('differs');
    expect(await rowOf(page, 'svc_new_psw').count()).toBe(0);
    await page.getByTestId('only-differences').uncheck();

    // A field selects its bytes, in the pane and in the hex view.
    await search(page, 'external_new_psw');
    await rowOf(page, 'external_new_psw').locator('[data-field]').click();
    await page.getByTestId('field-details').getByText('external new PSW').waitFor();
    expect((await page.getByTestId('byte-pane').locator('[data-bytes="hex"] mark').innerText()).replaceAll(/\s/g, '').length).toBe(32);
    await page.getByTestId('field-details').locator('.place-link').click();
    await page.getByTestId('hex-grid').filter({ visible: true }).waitFor();
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('2201b0');

    // The inspector names the field of a byte.
    await page.getByTestId('lowcore-here').getByText('external_new_psw').waitFor();
    // A cursor in the hex view selects the field of its byte, in the column of its CPU.
    await goTo(page, 'cpu1.lowcore+0x1e5');
    await page.getByTestId('rail-lowcore').click();
    await search(page, '');
    await currentRow(page, 'mcck_new_psw').waitFor();
    // So do a byte in the pane and the arrow keys.
    await page.getByTestId('byte-pane').press('ArrowDown');
    await currentRow(page, 'io_new_psw').waitFor();

    // Another layout instead of the matching one.
    await page.getByTestId('layout-choice').selectOption('4.19');
    await page.getByTestId('lowcore-layout').getByText('as you chose').waitFor();
    await page.getByTestId('hide-zeros').uncheck();
    await page.getByTestId('lowcore-search').fill('current_task');
    await rowOf(page, 'current_task').getByText('0x0338').waitFor();

    // The target of an address opens in its own space.
    await page.getByTestId('layout-choice').selectOption('');
    await page.getByTestId('lowcore-search').fill('restart_psw');
    await rowOf(page, 'restart_psw').locator('.address-link').last().click();
    await page.getByTestId('status-cursor').getByText(/real/).waitFor();
  });

  it('shows one at any address, and follows the hex grid that was in front last', async () => {
    const { page, photograph } = await open();
    await page.getByTestId('rail-lowcore').click();
    const fields = page.getByTestId('lowcore-fields');
    await fields.waitFor();
    const at = page.getByTestId('lowcore-at');
    await at.fill('real:0x222000');
    await at.press('Enter');
    await page.getByTestId('lowcore-at-wrong').getByText('absolute').waitFor();
    await at.fill('0x222000');
    await at.press('Enter');
    const heads = fields.getByTestId('lowcore-head');
    await heads
      .filter({ hasText: 'Lowcore at 0x00000000 00222000' })
      .getByText(/certain|likely/)
      .waitFor();
    await search(page, 'cpu_nr');
    await expect.poll(() => rowOf(page, 'cpu_nr').getAttribute('data-mark')).toBe('differs');
    await search(page, '');
    await photograph('lowcore-at-address');
    await at.fill('0x7ffffffff000');
    await at.press('Enter');
    await heads.filter({ hasText: 'Lowcore at 0x00007fff fffff000' }).getByText('no lowcore can be there').waitFor();
    await page.getByRole('button', { name: 'Remove the lowcore at 0x00007fff fffff000' }).click();

    // A second grid at a field of the lowcore at the address; the first one stays at a field of CPU 0.
    await goTo(page, 'absolute:0x2201e0');
    await page.keyboard.press('Control+Shift+H');
    await page.locator('[data-grid="2"]').waitFor();
    await goTo(page, 'absolute:0x2221b0');
    await page.getByTestId('rail-lowcore').click();
    await currentRow(page, 'external_new_psw').waitFor();
    await search(page, 'cpu_nr');
    await rowOf(page, 'cpu_nr').locator('[data-field]').click();
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toMatch(/2223[0-9a-f]{2}/);
  });
});

describeNeeding('window', 'CPUs', () => {
  it('are side by side with their differences and sources', async () => {
    const { page } = await open();
    await page.getByTestId('rail-cpus').click();
    const details = page.getByTestId('cpu-details');
    await details.getByText('registers from ELF notes').waitFor();
    await details
      .getByTestId('cross-check')
      .getByText(/record and save area/)
      .waitFor();
    await page.getByTestId('cpu-add').selectOption({ index: 1 });
    const table = page.getByTestId('cpu-compare');
    await table.waitFor();
    await page.getByTestId('cpu-differences').check();
    await expect
      .poll(() =>
        table
          .getByRole('row')
          .filter({ has: page.locator('[data-register="prefix"]') })
          .innerText(),
      )
      .toMatch(/0x00220000[^]*0x00222000/);
    // The control registers of a system are equal: none is marked as a difference.
    expect(await table.locator('[data-register="c13"]').count()).toBe(0);
    await page.getByTestId('copy-registers').click();
    await page.getByText('copied', { exact: true }).waitFor();
    // The prefix of the second CPU links to its lowcore, and the lowcore view has the same two columns.
    await table
      .getByRole('row')
      .filter({ has: page.locator('[data-register="prefix"]') })
      .locator('.address-link')
      .last()
      .click();
    await page
      .getByTestId('status-cursor')
      .getByText(/00222000/)
      .waitFor();
    await page.getByTestId('rail-lowcore').click();
    await page.getByTestId('lowcore-head').getByText('CPU 1', { exact: true }).waitFor();
  });
});

describeNeeding('window', 'notes', () => {
  it('link fields and bytes in both directions', async () => {
    const { page } = await open();
    await page.getByTestId('rail-notes').click();
    await page.getByText('NT_PRSTATUS').first().click();
    const details = page.getByTestId('note-details');
    const address = details.locator('tr[data-field="psw_addr"]');
    await address.click();
    // The marked bytes are those of the field's value.
    const value = (await address.locator('td').last().innerText()).split(/\s/)[0]!;
    const marked = details.locator('[data-bytes="hex"] mark');
    await marked.waitFor();
    expect(BigInt(`0x${(await marked.innerText()).replaceAll(/\s/g, '')}`)).toBe(BigInt(value));
    // A byte selects its field.
    await details.getByTestId('byte-pane').press('ArrowDown');
    await details.locator('tr[data-field="gprs[1]"][aria-selected="true"]').waitFor();
    // So does a cursor set in the hex view, even from another note.
    const place = /0x[0-9a-f]+/.exec(await page.getByTestId('status-cursor').innerText())![0];
    await page.getByText('NT_FPREGSET').first().click();
    await details.getByText('floating-point registers of a CPU').waitFor();
    await goTo(page, `file:${place}+8`);
    await page.getByTestId('rail-notes').click();
    await details.locator('tr[data-field="gprs[2]"][aria-selected="true"]').waitFor();
  });
});
