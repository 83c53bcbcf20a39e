/** The hex view: a TiB by scrollbar, wheel and go-to; what bytes can be read as; structures laid over; copies. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { dumpFile } from '../dumps.ts';
import type { Desk } from './desk.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { measureFrames, quantile, type Frames, type Motion } from './frames.ts';
import { lastBytes, sparseDump, tebibyte } from './sparse-dump.ts';

const folder = scratchFolder();
let damaged: string;
const openOne = testDesk();

beforeAll(() => {
  const sample = bundledSamples().find(({ name }) => name.includes('damaged'))!;
  damaged = join(folder, sample.name);
  writeFileSync(damaged, sample.bytes);
});

const goTo = async ({ page }: Desk, address: string): Promise<void> => {
  await page.keyboard.press('Control+g');
  await page.getByTestId('go-to').fill(address);
  await page.keyboard.press('Enter');
  await page.locator('[data-testid="hex-grid"]:focus').waitFor();
};

describeNeeding('window', 'the hex view', () => {
  it('scrolls through a TiB and reaches its last byte by scrollbar, wheel and go-to', async () => {
    const path = join(folder, 'tebibyte.s390');
    sparseDump(path);
    const desk = await openOne([path]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    // What runs in the background is not what is measured.
    await page.keyboard.press('Control+Shift+P');
    await page.getByLabel('Command', { exact: true }).fill('cancel page index');
    await page.keyboard.press('Enter');
    await goTo(desk, 'absolute:0x0');
    const grid = page.getByTestId('hex-grid');
    const end = grid.locator('.hex-plain').getByText(lastBytes);
    const box = (await grid.boundingBox())!;

    const thumb = (await page.locator('.hex-thumb').boundingBox())!;
    await page.mouse.move(thumb.x + 4, thumb.y + 4);
    await page.mouse.down();
    await page.mouse.move(thumb.x + 4, box.y + box.height + 50, { steps: 10 });
    await page.mouse.up();
    await end.waitFor();
    // Behind it nothing but one row that stands for the rest of the address space.
    await grid.getByText('behind the last memory of the dump').waitFor();

    await goTo(desk, 'absolute:0x0');
    await goTo(desk, `absolute:0x${(tebibyte - 0x400n).toString(16)}`);
    expect(await end.count()).toBe(0);
    await page.mouse.move(box.x + 300, box.y + 200);
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 800);
        return end.count();
      })
      .toBe(1);

    await goTo(desk, 'absolute:0x0');
    await goTo(desk, `absolute:0x${(tebibyte - 1n).toString(16)}`);
    await end.waitFor();
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('0xffffffffff');
    // Keys do not fall into the gap; the very end of the space is still a place to go to.
    await page.keyboard.press('ArrowRight');
    expect(await page.getByTestId('status-cursor').innerText()).toContain('0xffffffffff');
    await goTo(desk, 'absolute:0xffffffffffffffff');
    await grid.getByText('fffffffffffffff0').waitFor();

    await goTo(desk, 'absolute:0x8000000000');
    // An empty square that moves over the same window is what this machine can show at all.
    const frames = { square: await measureFrames(desk, 'square') } as Record<Motion, Frames>;
    for (const motion of ['wheel', 'leaps', 'keys'] as const) frames[motion] = await measureFrames(desk, motion);
    const told = (values: readonly number[]): string => [0.5, 0.95].map((share) => quantile(values, share).toFixed(1)).join(' / ');
    for (const [motion, { work, intervals, layouts, replaced }] of Object.entries(frames))
      console.log(
        `hex grid on 1 TiB, ${motion}: p50 / p95 of a frame's work ${told(work)} ms, of the time between frames ${told(intervals)} ms, of its layouts ${told(layouts)}; ${replaced} elements replaced`,
      );
    // Time between frames is the machine's as much as ours: what is held is what we do for each.
    for (const motion of ['wheel', 'leaps'] as const) {
      expect(frames[motion].work.length).toBeGreaterThan(100);
      expect(quantile(frames[motion].work, 0.95)).toBeLessThan(16.7);
      expect(quantile(frames[motion].layouts, 0.95)).toBeLessThanOrEqual(1);
      expect(frames[motion].replaced).toBe(0);
    }
  });

  it('reads bytes in many ways, lays structures over them both ways, and copies with where they are from', async () => {
    const desk = await openOne([damaged], { width: 1920, height: 1080 });
    const { page, app, photograph } = desk;
    await page.getByTestId('dump-title').waitFor();
    await goTo(desk, 'absolute:0x1c8000');
    const viewAs = page.getByTestId('view-as');
    await viewAs.getByRole('combobox').selectOption('os_info');
    const field = viewAs.getByRole('button', { name: /csum/ }).first();
    await field.waitFor();
    await field.click();
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('0x1c8008 · 4 bytes');
    // The other way: the cursor in the bytes marks the field.
    await goTo(desk, 'absolute:0x1c8010');
    await expect.poll(() => viewAs.locator('[aria-current="true"]').innerText()).toContain('crashkernel');
    await photograph('hex-view-as');

    await goTo(desk, 'cpu0.prefix');
    await goTo(desk, 'absolute:0xe18');
    // The lowcore's pointer to os_info, followed and come back from.
    await page.getByTestId('readings').getByRole('term').filter({ hasText: 'as absolute address' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('0x1c8000');
    await page.getByTestId('readings').getByText('EBCDIC 1047').waitFor();
    await page.keyboard.press('Alt+ArrowLeft');
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('0xe18');

    await goTo(desk, 'absolute:0x1c8000');
    for (let count = 0; count < 7; count += 1) await page.keyboard.press('Shift+ArrowRight');
    for (const [format, expected] of [
      ['hex', '4f 53 49 4e 46 4f 53 5a'],
      ['c', '0x4f, 0x53, 0x49, 0x4e, 0x46, 0x4f, 0x53, 0x5a,'],
      ['json', '"address": "0x1c8000"'],
      ['markdown', 'OSINFOSZ'],
    ] as const) {
      await page.getByTestId('copy-format').selectOption(format);
      await page.getByTestId('copy-bytes').click();
      await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toContain(expected);
    }
    expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toMatch(/sample-damaged\.s390 \(dump [0-9a-f]{16}\), absolute:0x1c8000, 8 bytes/);
  });

  it('lays any type of the kernel over memory where the dump has them', async () => {
    const desk = await openOne([await dumpFile('o-x86-x1-kdump-raw-d31')]);
    const { page, photograph } = desk;
    await page.getByTestId('dump-title').waitFor();
    await goTo(desk, 'virtual:0xffffffff82a1aa40');
    const viewAs = page.getByTestId('view-as');
    const search = viewAs.getByRole('searchbox', { name: 'Struct of the kernel' });
    await search.fill('task_st');
    await viewAs.getByRole('button', { name: 'task_struct', exact: true }).waitFor();
    await photograph('hex-kernel-types');
    await search.press('Enter');
    const comm = viewAs.getByRole('button', { name: 'comm "swapper/0"' });
    await comm.click();
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('16 bytes');
    await photograph('hex-view-as-kernel-type');
    // A type that only a module has.
    await search.fill('ext4_inode_i');
    await viewAs.getByRole('button', { name: 'ext4_inode_info', exact: true }).waitFor();
    await search.press('Enter');
    await viewAs.getByRole('group', { name: 'Fields of struct ext4_inode_info of ext4' }).waitFor();
    await photograph('hex-view-as-module-type');
  });
});
