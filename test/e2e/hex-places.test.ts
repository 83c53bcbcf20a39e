/** Places in the hex view: first memory, the same byte in other spaces, unreadable places, and input that the go-to box rejects. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { placeSamples } from '../placed-samples.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { Desk } from './desk.ts';
import { command, testDesk } from './test-desk.ts';

const openOne = testDesk();

function sampleDump(): string {
  return placeSamples(scratchFolder()).damaged;
}

const type = async ({ page }: Desk, text: string): Promise<void> => {
  await page.keyboard.press('Control+g');
  await page.getByTestId('go-to').fill(text);
};
const goTo = async (desk: Desk, text: string): Promise<void> => {
  await type(desk, text);
  await desk.page.keyboard.press('Enter');
  await desk.page.locator('[data-testid="hex-grid"]:focus').waitFor();
};
const cursor = ({ page }: Desk): Promise<string> => page.getByTestId('status-cursor').innerText();

describeNeeding('window', 'places in the hex view', () => {
  it('says during typing what the go-to box expects, and rejects a task and a CPU that do not exist', async () => {
    const desk = await openOne([sampleDump()]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await type(desk, '0x');
    await page.locator('.go-to-answer').getByText('hexadecimal digits after 0x').waitFor();
    await type(desk, 'virtual:0xfffffffffffffffff');
    await page.locator('.go-to-answer').getByText('a number below 2^64').waitFor();
    await type(desk, 'real(9):0x0');
    await page.keyboard.press('Enter');
    expect(await page.getByTestId('go-to-error').innerText()).toContain('there is no CPU 9 in this dump');
    await type(desk, 'pid:99999');
    const why = page.locator('.go-to-answer');
    await why.getByText(/task|No /).waitFor();
    const said = await why.innerText();
    await page.keyboard.press('Enter');
    // Enter rejects it with the same sentence as before.
    await expect.poll(() => page.getByTestId('go-to-error').innerText()).toContain(said.split('\n')[0]!);
  });

  it('drops a read error when another place is shown', async () => {
    const path = join(scratchFolder(), 'no-cpu.elf');
    writeFileSync(path, buildCase('memory 64 KiB\nload 0x0 0x1000\nformat elf-vmcore'));
    const desk = await openOne([path]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('status-index').getByText('100 %').waitFor();
    // Without a CPU it is unknown how virtual addresses are translated.
    await goTo(desk, 'virtual:0x1000');
    await page.getByTestId('hex-refused').waitFor();
    await command(desk, 'show overview');
    await page.getByTestId('dump-title').filter({ visible: true }).waitFor();
    await goTo(desk, 'file:0x0');
    await page.getByTestId('hex-grid').getByText('00000000 00000000').first().waitFor();
    await expect.poll(() => page.getByTestId('hex-refused').count()).toBe(0);
  });

  it('has a cursor as soon as it has the focus: what is copied and annotated is what it shows', async () => {
    const desk = await openOne([sampleDump()]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-hex').click();
    await page.getByTestId('hex-grid').focus();
    await expect.poll(() => cursor(desk)).toContain('absolute 0x0000000000000000');
    await page.keyboard.press('Control+Shift+A');
    await page.getByRole('dialog').waitFor();
  });

  it('drops a message about a place when the cursor leaves it', async () => {
    const desk = await openOne([sampleDump()]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await goTo(desk, 'absolute:0x2000');
    await page.keyboard.press('Control+a');
    await expect.poll(() => page.getByTestId('hex-said').innerText()).not.toBe('');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.getByTestId('hex-said').innerText()).toBe('');
  });

  it.skipIf(!haveDump('o-a64-a1-qemu.elf'))('begins at the first memory of a machine that has none at 0, and offers no prefixing there', async () => {
    const desk = await openOne([await dumpFile('o-a64-a1-qemu.elf')]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await command(desk, 'show hex');
    const grid = page.getByTestId('hex-grid');
    await grid.getByText('00000000 40000000', { exact: false }).first().waitFor();
    expect(await page.getByTestId('go-to').inputValue()).toBe('absolute:0x40000000');
    expect(await page.getByTestId('space-real').count()).toBe(0);
  });

  it.skipIf(!haveDump('c-null-kthread.kdump'))('shows the same byte in another space if the kernel maps it', async () => {
    const desk = await openOne([await dumpFile('c-null-kthread.kdump')]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await goTo(desk, 'init_task');
    await expect.poll(() => cursor(desk)).toContain('virtual');
    await page.getByTestId('space-absolute').click();
    // The name of the place shows that it is the same one.
    await expect.poll(() => cursor(desk)).toContain('absolute');
    await expect.poll(() => page.locator('.status-bar').innerText()).toContain('init_task');
    const absolute = await cursor(desk);
    await page.getByTestId('space-virtual').click();
    await expect.poll(() => cursor(desk)).toContain('virtual');
    await expect.poll(() => page.locator('.status-bar').innerText()).toContain('init_task');
    await page.getByTestId('space-absolute').click();
    await expect.poll(() => cursor(desk)).toBe(absolute);
  });
});
