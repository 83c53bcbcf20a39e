/** Names throughout a real window: go-to with its interpretations, the symbol browser, menus of addresses, names of memory, and annotations. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { command, testDesk } from './test-desk.ts';

const openOne = testDesk();
const dump = 'c-abba-mutex.kdump';

async function noSeriousFaults(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
}

describeNeeding('window', 'names', () => {
  it.skipIf(!haveDump(dump))('can be typed, listed, shown next to addresses, and annotated', async () => {
    const desk = await openOne([await dumpFile(dump)]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    const view = (name: string) => page.getByTestId(`view-${name}`).filter({ visible: true });
    const box = page.getByTestId('go-to');
    const choices = page.getByTestId('go-to-choices').locator('[role="option"]');
    const cursor = page.getByTestId('status-cursor');
    const type = async (text: string): Promise<void> => {
      await page.keyboard.press('Control+g');
      await box.fill(text);
    };

    // A number that can be read in two ways is not silently read in one of them.
    await type('519000');
    await expect.poll(() => choices.count()).toBe(2);
    expect(await choices.allInnerTexts()).toEqual([expect.stringMatching(/0x7eb58\s+decimal/), expect.stringMatching(/0x519000\s+hexadecimal/)]);
    await page.keyboard.press('ArrowDown');
    await desk.photograph('go-to-number');
    await page.keyboard.press('Enter');
    await view('hex').getByTestId('hex-grid').waitFor();
    await expect.poll(async () => (await cursor.innerText()).replaceAll(/[\s]/g, '')).toMatch(/absolute0x0*519000/);

    // A symbol is completed, and what is there is shown before going.
    await type('arch_cpu_id');
    await expect.poll(() => choices.first().innerText()).toContain('arch_cpu_idle');
    await expect.poll(() => page.getByTestId('go-to-preview').innerText()).toMatch(/symbol\s+arch_cpu_idle/);
    await noSeriousFaults(page);
    await desk.photograph('go-to-symbol');
    await page.keyboard.press('Enter');
    await expect.poll(() => cursor.innerText()).toContain('virtual');
    await expect.poll(() => page.getByTestId('status-name').innerText()).toBe('arch_cpu_idle');
    await type('arch_cpu_idle+0x10/0x200');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('status-name').innerText()).toBe('arch_cpu_idle+0x10');
    await type('task:swapper');
    await expect.poll(() => choices.first().innerText()).toMatch(/swapper\/0 \(pid 0\)\s+task_struct/);
    await page.keyboard.press('Escape');
    await type('no_symbol_is_named_so');
    await page.keyboard.press('Enter');
    await page.getByTestId('go-to-error').getByText('no symbol is named no_symbol_is_named_so').waitFor();
    await page.keyboard.press('Escape');

    // All symbols: part of a name, an order, and the link to the instructions.
    await page.getByTestId('rail-symbols').click();
    const count = page.getByTestId('symbols-count');
    const said = view('symbols').locator('[data-testid="symbols-count"], [data-testid="symbols-none"]');
    await expect.poll(async () => (await said.allInnerTexts()).join(' ')).toMatch(/^(?:[5-9]\d|\d{3}),\d{3} symbols/);
    const whole = await count.innerText();
    await desk.photograph('symbols');
    const table = view('symbols').getByTestId('symbols-table');
    await table.focus();
    await page.keyboard.press('End');
    await expect.poll(() => table.locator('[role="row"].active').innerText()).toMatch(/0x[0-9a-f]/);
    await page.getByTestId('symbols-filter').fill('arch_cpu idle');
    await expect.poll(() => count.innerText()).not.toBe(whole);
    await expect.poll(() => table.locator('[data-index="0"]').innerText()).toContain('arch_cpu_idle');
    await table.getByRole('button', { name: 'name', exact: true }).click();
    await page.getByTestId('symbols-module').selectOption('orderflow');
    await page.getByTestId('symbols-filter').fill('order_');
    await expect.poll(() => table.locator('[data-index="0"]').innerText()).toMatch(/order_.*orderflow/s);
    await noSeriousFaults(page);
    await desk.photograph('symbols-module');
    await table
      .locator('[data-index="0"]')
      .getByRole('button', { name: /^order_/ })
      .click();
    await view('disassembly').getByTestId('instructions').waitFor();

    // Every address has a menu.
    await page.getByTestId('rail-overview').click();
    await view('overview').locator('[data-explain^="virtual:"]').first().click({ button: 'right' });
    const menu = page.getByTestId('context-menu');
    await expect.poll(() => menu.innerText()).toMatch(/Show in hex[^]*to the side[^]*Disassemble[^]*Explain[^]*Copy[^]*Annotate/);
    await desk.photograph('address-menu');
    await menu.getByText('Annotate this place…').click();
    await page.getByTestId('mark-text').fill('where it was idle');
    await page.keyboard.press('Enter');
    await page.getByTestId('mark-text').waitFor({ state: 'detached' });

    // Notes are one list: edited in place, deleted, and restored.
    await page.getByTestId('rail-annotations').click();
    const notes = page.getByTestId('annotations-table');
    await notes.getByText('where it was idle').click();
    await page.getByTestId('annotation-text').fill('idle <b>here</b>');
    await page.keyboard.press('Enter');
    await notes.getByText('idle <b>here</b>').waitFor();
    await noSeriousFaults(page);
    await desk.photograph('annotations');
    await notes.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Delete');
    await page.getByTestId('annotations-none').waitFor();
    await page.getByTestId('notice').getByRole('button', { name: 'Undo' }).click();
    await notes.getByText('idle <b>here</b>').waitFor();
    await command(desk, 'undo');
    await notes.getByText('where it was idle').waitFor();
    await notes.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await view('hex').getByTestId('marks').getByText('where it was idle').waitFor();
    await command(desk, 'edit the bookmark or annotation');
    await page.getByTestId('mark-text').fill('edited in the dialog');
    await page.keyboard.press('Enter');
    await view('hex').getByTestId('marks').getByText('edited in the dialog').waitFor();
  });
});
