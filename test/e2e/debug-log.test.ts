/** The s390x debug feature in the kernel log view: alone, and merged with the kernel log on one time axis. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { testDesk } from './test-desk.ts';

const openOne = testDesk();
const dump = 'c-abba-mutex.kdump';

describeNeeding('window', 'the log of the debug feature', () => {
  it.skipIf(!haveDump(dump))('shows its records, filters them, and merges them with the kernel log', async () => {
    const desk = await openOne([await dumpFile(dump)]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-dmesg').click();
    await page.getByTestId('log-table').waitFor();
    await page.getByTestId('log-choice').selectOption('debug');
    const table = page.getByTestId('debug-log-table');
    const count = page.getByTestId('debug-count');
    await count.getByText(/^\d+ records$/).waitFor();
    const all = await count.innerText();
    // Oldest first, whichever log they come from.
    const times = await table.locator('[data-index] [role="gridcell"]:nth-child(1)').allInnerTexts();
    expect(times.length).toBeGreaterThan(20);
    expect(times).toEqual([...times].sort());

    await page.getByTestId('debug-log').selectOption('cio_msg');
    await table.getByText('snsid: device 0.0.0100').waitFor();
    await page.getByTestId('debug-caller').fill('chsc');
    await table.getByText('snsid: device 0.0.0100').waitFor({ state: 'detached' });
    await page.getByTestId('debug-caller').fill('');
    await page.getByTestId('debug-cpu').selectOption('3');
    await count.getByText(`1 of ${all}`).waitFor();
    await table.getByText('vrfy: device 0.0.0100').waitFor();
    await page.getByTestId('debug-bytes').check();
    await table.getByText(/^([0-9a-f]{2} )+\| /).waitFor();
    await page.getByTestId('debug-bytes').uncheck();
    // A caller has a card.
    await table.locator('[data-explain]').first().hover();
    await page
      .getByTestId('address-card')
      .getByText(/verify_done\+0xf8/)
      .waitFor();
    await page.mouse.move(2, 2);

    await page.getByTestId('log-choice').selectOption('merged');
    await page.getByTestId('debug-log').selectOption('');
    await page.getByTestId('debug-cpu').selectOption('');
    await page.getByTestId('debug-search').fill('legacy console');
    const line = table.locator('[data-index]').first();
    await line.getByText('legacy console [ttysclp0] enabled').waitFor();
    await page.getByTestId('debug-search').fill('');
    await count.getByText(/^\d+ records$/).waitFor();
    expect(Number.parseInt(await count.innerText(), 10)).toBeGreaterThan(Number.parseInt(all, 10));
    await page.getByTestId('debug-level').selectOption('2');
    await table.focus();
    await page.keyboard.press('Home');
    for (let turn = 0; turn < 3; turn += 1) await page.keyboard.press('PageDown');
    await table.getByText('sclp', { exact: true }).first().waitFor();
    await table.getByText('kernel log').first().waitFor();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
    await desk.photograph('debug-log');
  });
});
