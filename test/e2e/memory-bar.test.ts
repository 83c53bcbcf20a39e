/** Memory usage of a real dump in the window: the bar above the tree, in both themes; and the same drawing in a report. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { dumpFile, haveDump } from '../dumps.ts';
import { runInProcess } from '../cli-in-process.ts';
import { describeNeeding } from '../requirements.ts';
import { openDesk } from './desk.ts';

const name = 'c-oom-tmpfs.kdump';

describeNeeding('window', 'memory usage', () => {
  it.skipIf(!haveDump(name))('is drawn and listed as a tree in the window, and in a report', async () => {
    const path = await dumpFile(name);
    const desk = await openDesk([path]);
    try {
      const { page } = desk;
      await page.getByTestId('rail-kernel').click();
      const view = page.getByTestId('view-kernel').filter({ visible: true });
      await view.getByTestId('kernel-tab-analyses').click();
      await view.getByTestId('analysis-memory').click();
      const drawing = view.getByTestId('memory-bar');
      const image = drawing.getByRole('img', { name: 'Breakdown of 240 MiB of memory' });
      await image.waitFor();
      expect(await image.locator('text').allTextContents()).toEqual(
        expect.arrayContaining([expect.stringMatching(/^\d+ {2}shared memory and files in memory: 108 MiB, 45 %$/)]),
      );
      // Each part of the bar has its own colour, which is also that of its line below.
      const fills = await image.evaluate((svg) => [...svg.querySelectorAll('rect')].map((rect) => getComputedStyle(rect).fill));
      const half = fills.length / 2;
      expect(fills.slice(0, half)).toEqual(fills.slice(half));
      expect(new Set(fills).size).toBe(half);
      // Names in the tree are indented by level.
      const table = view.getByTestId('analysis-table');
      const indent = (text: string): Promise<number> =>
        table
          .getByText(text, { exact: true })
          .first()
          .evaluate((cell) => cell.getBoundingClientRect().left);
      const places = [await indent('memory'), await indent('memory of the page allocator'), await indent('free'), await indent('node 0, DMA')];
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(new Set(places).size).toBe(4);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
      await desk.photograph('memory-bar');
      // A part links to the analysis with its details.
      await table.getByRole('button', { name: 'tmpfs', exact: true }).click();
      await view.getByTestId('analysis-table').getByText('spool', { exact: true }).waitFor();
      await view.getByRole('columnheader', { name: 'free inodes' }).waitFor();
    } finally {
      await desk.close();
    }
    const { code, out } = await runInProcess(['report', path, '--quick', '--analysis', 'memory', '--format', 'html']);
    expect(code).toBe(0);
    expect(out.match(/<svg [^>]*class="memory-bar"/g)).toHaveLength(1);
    expect(out).toContain('shared memory and files in memory: 108 MiB, 45 %');
  });
});
