/**
 * A deadlock of a real dump in the window: the drawing of which task waits for which, above its table, in both themes; and the same drawing in a
 * report.
 */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { dumpFile, haveDump } from '../dumps.ts';
import { runInProcess } from '../cli-in-process.ts';
import { describeNeeding } from '../requirements.ts';
import { openDesk } from './desk.ts';

const name = 'c-abba-mutex.kdump';

describeNeeding('window', 'the wait graph', () => {
  it.skipIf(!haveDump(name))('is drawn in the window and in a report', async () => {
    const path = await dumpFile(name);
    const desk = await openDesk([path]);
    try {
      const { page } = desk;
      await page.getByTestId('rail-kernel').click();
      const view = page.getByTestId('view-kernel').filter({ visible: true });
      await view.getByTestId('kernel-tab-analyses').click();
      await view.getByTestId('analysis-hangs').click();
      const drawing = view.getByTestId('wait-graph');
      const image = drawing.getByRole('img', { name: /^Who waits for whom: 1 group, 1 cycle/ });
      await image.waitFor();
      expect(await image.locator('rect').count()).toBe(6);
      expect(await image.locator('path.wait-cycle').count()).toBe(2);
      // Its colour is that of the surrounding text, whatever the theme; a cycle is also identified by its text and thicker lines.
      const colours = await drawing.evaluate((frame) => {
        const of = (element: Element | null, what: 'fill' | 'color' | 'stroke'): string => (element === null ? '' : getComputedStyle(element)[what]);
        return [of(frame.querySelector('.wait-task text'), 'fill'), of(frame.querySelector('.wait-edge'), 'stroke'), of(frame, 'color')];
      });
      expect(new Set(colours).size).toBe(1);
      // Arrowheads have the colour of their lines.
      const heads = await drawing.evaluate((frame) =>
        [
          ['path.wait-edge', 'marker:not(.wait-cycle) path'],
          ['path.wait-cycle', 'marker.wait-cycle path'],
        ].map((pair) =>
          pair.map((selector) => {
            const found = frame.querySelector(selector);
            return found === null ? '' : getComputedStyle(found).color;
          }),
        ),
      );
      for (const [line, head] of heads) expect(head).toBe(line);
      expect(heads[0]).not.toEqual(heads[1]);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
      await desk.photograph('wait-graph');
    } finally {
      await desk.close();
    }
    const { code, out } = await runInProcess(['report', path, '--quick', '--analysis', 'hangs', '--format', 'html']);
    expect(code).toBe(0);
    const drawn = (out.match(/<svg [^]*?<\/svg>/g) ?? []).filter((svg) => svg.includes('wait-edge'));
    expect(drawn).toHaveLength(1);
    expect(drawn[0]?.match(/<rect /g)).toHaveLength(6);
  });
});
