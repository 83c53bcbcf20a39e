/** The disassembly on a real dump: the failed instruction, and the cursor shared with the hex view. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { testDesk } from './test-desk.ts';

const openOne = testDesk();
const dump = 'c-null-kthread.kdump';

describeNeeding('window', 'the disassembly', () => {
  it.skipIf(!haveDump(dump))('shows the failed instruction, and follows the hex view and vice versa', async () => {
    const desk = await openOne([await dumpFile(dump)]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-disassembly').click();
    const view = page.getByTestId('view-disassembly').filter({ visible: true });
    // Before any navigation, it begins at the failed instruction, and says so.
    await view.getByTestId('disassembly-first').getByText('Where CPU 1 (orderd/main) crashed.').waitFor();
    await view.getByRole('heading', { name: 'order_update_totals [orderflow]' }).waitFor();
    await view.locator('[data-mark="fault"]').getByText('failed here').waitFor();
    await view.getByTestId('disassembly-cpu-0').click();
    await view.getByRole('heading', { name: '__do_machine_kdump' }).waitFor();
    await view.getByText('CPU 0 (swapper/0) is here').waitFor();

    // When enlarged, only the code scrolls: the buttons of the CPUs stay visible.
    await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(2));
    const scrolled = (): Promise<readonly string[]> =>
      page.evaluate(() => [...document.querySelectorAll('*')].filter(({ scrollTop }) => scrollTop > 0).map(({ className }) => className));
    await view.getByTestId('disassembly-cpu-1').click();
    await view.getByText('CPU 1 (orderd/main) is here').waitFor();
    await expect.poll(() => view.getByTestId('instructions').evaluate((code) => code.scrollHeight > code.clientHeight)).toBe(true);
    expect((await scrolled()).filter((name) => name !== 'disassembly-code' && !name.startsWith('data-table'))).toEqual([]);
    await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(1));

    // A jump in the hex view shows the code there.
    await page.getByTestId('rail-hex').click();
    await page.keyboard.press('Control+g');
    await page.keyboard.type('virtual:0x3ff7f26c71c');
    await page.keyboard.press('Enter');
    await page.getByTestId('status-cursor').getByText('3ff7f26c71c').waitFor();
    await page.getByTestId('rail-disassembly').click();
    await view.getByRole('heading', { name: 'order_update_totals [orderflow]' }).waitFor();
    await expect.poll(() => view.locator('[data-mark="fault"]').innerText()).toMatch(/0x000003ff7f26c71c\s+e33020480024\s+stg\s+%r3, 0x48\(%r2\)/);
    await expect
      .poll(() => view.locator('.code-mark').first().innerText())
      .toMatch(/CPU 1 \(orderd\/main\) failed here[\s\S]*%r2=\s*0x0{16}[\s\S]*operand at\s+0x0{14}48/);
    // The crash is one click away, wherever the cursor is.
    await view.getByTestId('disassembly-cpu-0').click();
    await view.getByText('CPU 0 (swapper/0) is here').waitFor();
    await view.getByTestId('disassembly-crash').click();
    await view.locator('[data-mark="fault"][aria-current="true"]').waitFor();
    await desk.photograph('disassembly');
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);

    // The selected instruction is at the hex view's cursor.
    await view.getByTestId('instruction-0x3ff7f26c716').click();
    await page.getByTestId('status-cursor').getByText('000003ff7f26c716').waitFor();
    await page.getByTestId('rail-hex').click();
    await page.getByTestId('inspector').filter({ visible: true }).getByText('000003ff7f26c716').first().waitFor();
    // The inspector names the place.
    const what = page.getByTestId('inspector-address').filter({ visible: true });
    await what.getByText('memory of module orderflow').waitFor();
    await what.getByText(/^area of vmalloc .* made by /).waitFor();
    await desk.photograph('inspector-address');
  });
});
