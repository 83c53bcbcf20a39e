/** The structure applied in a hex view, and the divider between its bytes and the inspector, are restored in the next session. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();
const real = 'o-s390-s3-kdump-zlib-d31';

describeNeeding('window', 'a structure over bytes', () => {
  it('is restored with the session, and stays removed once removed', async () => {
    const built = join(folder, 'built.s390');
    writeFileSync(built, buildCase('system healthy cpus=1 state=disabled-wait\nformat s390\n'));
    const home = join(folder, 'home');
    const desk = await openOne([haveDump(real) ? await dumpFile(real) : built], { folder: home });
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-hex').click();
    const choice = page.getByLabel('View as', { exact: true });
    await expect.poll(() => choice.locator('option').count()).toBeGreaterThan(3);
    const layout = (await choice.locator('option').nth(1).getAttribute('value')) ?? '';
    await choice.selectOption(layout);
    await page.getByTestId('structure').waitFor();
    const line = page.getByRole('separator', { name: 'Width of the bytes' });
    await line.focus();
    for (let count = 0; count < 3; count += 1) await page.keyboard.press('ArrowLeft');
    const share = (await line.getAttribute('aria-valuenow')) ?? '';
    expect(Number(share)).toBeLessThan(70);
    await desk.photograph('hex-split');
    await desk.close();

    const again = await openOne([], { folder: home });
    await again.page.getByTestId('structure').waitFor();
    await expect.poll(() => again.page.getByRole('separator', { name: 'Width of the bytes' }).getAttribute('aria-valuenow')).toBe(share);
    await expect.poll(() => again.page.getByLabel('View as', { exact: true }).inputValue()).toBe(layout);
    await again.page.getByRole('button', { name: 'Remove the structure' }).click();
    await again.page.getByTestId('structure').waitFor({ state: 'detached' });
    await again.close();

    const last = await openOne([], { folder: home });
    await expect.poll(() => last.page.getByLabel('View as', { exact: true }).inputValue()).toBe('');
    expect(await last.page.getByTestId('structure').count()).toBe(0);
  });
});
