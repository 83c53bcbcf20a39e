/** The kernel log view in a real window. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { dumpFile } from '../dumps.ts';
import { openDesk } from './desk.ts';
import { describeNeeding } from '../requirements.ts';

describeNeeding('window', 'the kernel log in the window', () => {
  it('opens at the panic, filters by words and level, and has no accessibility violations', async () => {
    const desk = await openDesk([await dumpFile('o-x86-x1-kdump-raw-d31')]);
    try {
      const { page } = desk;
      await page.getByTestId('rail-dmesg').click();
      const table = page.getByTestId('log-table');
      const panic = table.locator('[data-mark="panic"]');
      await panic.getByText('Kernel panic - not syncing').waitFor();
      await page.evaluate(() => {
        document.documentElement.dataset.theme = 'dark';
      });
      await desk.photograph('dmesg-dark');
      const all = Number((await page.getByTestId('log-count').innerText()).split(' ')[0]);
      await page.getByTestId('log-level').selectOption('0');
      await page.getByTestId('log-count').getByText(` of ${all} records`).waitFor();
      await page.getByTestId('log-level').selectOption('7');
      await page.getByTestId('log-search').fill('panic');
      await table.locator('mark').first().waitFor();
      const texts = await table.locator('.log-text').allInnerTexts();
      expect(texts.every((text) => text.toLowerCase().includes('panic'))).toBe(true);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().include('.dmesg-view').analyze();
      expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      await page.evaluate(() => {
        document.documentElement.dataset.theme = 'light';
      });
      await page.getByTestId('log-search').fill('');
      await panic.first().waitFor();
      await desk.photograph('dmesg-light');
    } finally {
      await desk.close();
    }
  });

  it('names the function at the cursor of the hex view and the one that a pointer leads to', async () => {
    const desk = await openDesk([await dumpFile('o-s390-s3-kdump-zlib-d31')]);
    try {
      const { page } = desk;
      await page.getByTestId('rail-hex').click();
      const names = page.getByTestId('inspector-symbols');
      // The PSW of CPU 0 as a kernel symbol: __do_machine_kdump.
      await page.keyboard.press('Control+g');
      await page.keyboard.type('virtual:0x1118e0');
      await page.keyboard.press('Enter');
      await names.getByText('__do_machine_kdump+0x0').waitFor();
      // printk's pointer to its ring buffer, the static one.
      await page.keyboard.press('Control+g');
      await page.keyboard.type('virtual:0x59eef0');
      await page.keyboard.press('Enter');
      await names.getByText('prb+0x0', { exact: true }).waitFor();
      await names.getByRole('button', { name: 'printk_rb_static+0x0' }).waitFor();
      await desk.photograph('inspector-symbols');
    } finally {
      await desk.close();
    }
  });
});
