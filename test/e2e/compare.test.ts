/** Two dumps side by side in the real window: from opening them to the next difference. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
const openOne = testDesk();
const isReal = haveDump('o-s390-s1-qemu.elf', 'o-s390-s2-qemu.elf');

async function realOrBuilt(): Promise<readonly [string, string]> {
  if (isReal) return [await dumpFile('o-s390-s1-qemu.elf'), await dumpFile('o-s390-s2-qemu.elf')];
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, buildCase(text));
    return path;
  };
  const system = 'system healthy state=running';
  return [
    write('before.elf', `${system}\nformat elf-vmcore producer=qemu`),
    write('after.elf', `${system}\nbytes 0x300010 de ad\nfill 0x302000 8192 7\nnote OTHER 1 01\nformat elf-vmcore producer=qemu`),
  ];
}

describeNeeding('window', 'comparing', () => {
  it('shows what differs, goes from difference to difference, and ignores what it is told to', async () => {
    const paths = await realOrBuilt();
    const desk = await openOne(paths);
    const { page, photograph } = desk;
    await page.getByTestId('dump-title').filter({ visible: true }).waitFor();
    await page.getByTestId('rail-compare').click();
    const view = page.getByTestId('compare').filter({ visible: true });
    const summary = view.getByTestId('compare-summary');
    await summary.waitFor();
    if (isReal) await expect.poll(() => summary.innerText()).toMatch(/857\s+of\s+98,304\s+pages differ/);

    // Both panes show the same rows, and what differs is marked in both.
    await view.getByTestId('next-difference').click();
    const marks = view.locator('.hex-pair-pane');
    await marks.nth(0).locator('.hex-differ:not([hidden])').first().waitFor();
    expect(await marks.nth(1).locator('.hex-differ:not([hidden])').count()).toBe(await marks.nth(0).locator('.hex-differ:not([hidden])').count());
    // Both have room for their rows: neither scrolls sideways.
    expect(await marks.locator('.hex-body').evaluateAll((bodies) => bodies.map((body) => body.scrollWidth - body.clientWidth))).toEqual([0, 0]);
    const place = view.getByTestId('difference-place');
    await place.filter({ hasText: /^1 \// }).waitFor();
    await view.getByTestId('next-difference').click();
    await place.filter({ hasText: /^2 \// }).waitFor();
    await view.getByTestId('previous-difference').click();
    await place.filter({ hasText: /^1 \// }).waitFor();
    await photograph('compare-memory');

    if (isReal) {
      await view.getByTestId('compare-tab-lowcore').click();
      const fields = view.getByTestId('field-differences');
      await fields.getByText('last_update_clock').first().waitFor();
      await view.getByTestId('compare-rules').selectOption('Time and timers');
      await fields.getByText('ignored: timers').first().waitFor();
      await photograph('compare-lowcore');
      await view.getByTestId('compare-tab-texts').click();
      await view.getByRole('button', { name: 'Kernel log' }).click();
      await page.locator('[data-testid="diff-view"][data-ready="true"]').waitFor();
      await photograph('compare-log');
      await view.getByTestId('compare-tab-rules').click();
      await view.getByTestId('rule-list').waitFor();
      await photograph('compare-rules');
    }
    for (const tab of ['pages', 'regions', 'rules']) {
      await view.getByTestId(`compare-tab-${tab}`).click();
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().include('[data-testid="compare"]').analyze();
      expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual(
        [],
      );
    }
  });
});
