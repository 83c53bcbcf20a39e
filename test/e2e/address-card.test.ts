/** Address cards in a real window: on hover in each view that shows addresses, by key, and with links. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { testDesk } from './test-desk.ts';

const openOne = testDesk();
const dump = 'c-abba-mutex.kdump';

describeNeeding('window', 'the card of an address', () => {
  it.skipIf(!haveDump(dump))('appears on hover and by key, in every view, and its links work', async () => {
    const desk = await openOne([await dumpFile(dump)]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    const card = page.getByTestId('address-card');
    const view = (name: string) => page.getByTestId(`view-${name}`).filter({ visible: true });
    const explains = async (name: string, selector: string, words: RegExp): Promise<void> => {
      const address = view(name).locator(selector).first();
      await address.waitFor();
      // Data that arrives while the view fills may move the address away from under the pointer.
      const says = async (): Promise<boolean> => {
        if ((await card.count()) === 0 && !(await address.evaluate((element) => element.matches(':hover')))) await address.hover();
        return (await card.count()) > 0 && words.test(await card.innerText());
      };
      await expect.poll(says).toBe(true);
      await page.mouse.move(2, 2);
      await card.waitFor({ state: 'detached' });
    };
    await explains('overview', '[data-testid="cpu-table"] [data-explain]', /arch_cpu_idle/);
    await page.getByTestId('rail-dmesg').click();
    await page.getByTestId('log-search').fill('order_post_entry+');
    // An address in the text, and the symbol with its offset and module after it.
    await explains('dmesg', '[data-explain^="virtual:"]', /order_post_entry\+0x4a \[orderflow\]/);
    await explains('dmesg', '[data-explain^="order_post_entry+0x4a"]', /memory of module orderflow/);
    await page.getByTestId('rail-kernel').click();
    await explains('kernel', '.backtrace h3 [data-explain]', /task_struct of swapper/);
    await explains('kernel', '.backtrace [data-column="stackPointer"] [data-explain]', /kernel stack of|stack of CPU/);
    await view('kernel').getByTestId('kernel-tab-analyses').click();
    await view('kernel').getByTestId('analysis-hangs').click();
    await explains('kernel', '[data-testid="analysis-table"] [data-explain^="virtual:"]', /task_struct of|memory of module|slab/);
    await page.getByTestId('rail-lowcore').click();
    await explains('lowcore', '.lowcore-fields [data-explain^="absolute:"]', /lowcore of CPU/);
    await page.getByTestId('rail-regions').click();
    await explains('regions', '[data-explain^="absolute:"]', /in the dump|excluded|missing/);

    // By key: the card takes the focus, names its address, and returns the focus.
    await page.getByTestId('rail-cpus').click();
    const register = view('cpus').locator('.register-value [data-explain]').first();
    const hasFocus = (): Promise<boolean> => page.evaluate(() => document.activeElement?.getAttribute('data-testid') === 'address-card');
    // The view may still be filling, and replace the focused element or its address: then the key is pressed again.
    const ask = async (): Promise<string> => {
      const address = await register.getAttribute('data-explain');
      if ((await hasFocus()) && (await card.getAttribute('aria-label')) !== `What ${address} is`) await page.keyboard.press('Escape');
      // A card takes the focus once it is drawn; pressing again before that would close it.
      if ((await card.count()) === 0) {
        await register.focus();
        await page.keyboard.press('Control+i');
      }
      const focused = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 300));
      return (await card.count()) === 0
        ? `no card about ${address}; the focus is on ${await focused()}`
        : `${(await hasFocus()) ? 'held' : 'not held'}: ${await card.innerText()}`;
    };
    await expect.poll(ask).toMatch(/^held: [^]*Disassemble/);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
    await desk.photograph('address-card');
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    await expect.poll(() => register.evaluate((element) => element === document.activeElement)).toBe(true);

    // In a table row the key moves from address to address.
    await page.getByTestId('rail-dmesg').click();
    const log = view('dmesg').getByTestId('log-table');
    await log.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Control+i');
    await card
      .getByText(/order_post_entry\+0x4a/)
      .first()
      .waitFor();
    const first = await card.getAttribute('aria-label');
    await page.keyboard.press('Control+i');
    await expect.poll(() => card.getAttribute('aria-label')).not.toBe(first);
    await page.keyboard.press('Escape');

    // Its links: the disassembly there, and a structure applied to memory.
    await register.waitFor({ state: 'hidden' });
    await page.getByTestId('rail-kernel').click();
    await view('kernel').getByTestId('kernel-tab-tasks').click();
    await view('kernel').locator('.backtrace h3 [data-explain]').first().hover();
    await card.getByRole('button', { name: 'task_struct' }).click();
    await view('hex').getByTestId('structure').getByText('swapper/0').first().waitFor();
    await page.getByTestId('rail-kernel').click();
    await view('kernel').locator('.backtrace [data-column="function"] [data-explain]').first().hover();
    await card.getByRole('button', { name: 'Disassemble' }).click();
    await view('disassembly').getByTestId('instructions').waitFor();
  });
});
