/** Two dumps side by side in the real window: from opening them to the next difference. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { command, testDesk } from './test-desk.ts';
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
  it('shows differences, steps through them, and ignores what the rules say', async () => {
    const paths = await realOrBuilt();
    const desk = await openOne(paths);
    const { page, photograph } = desk;
    await page.getByTestId('dump-title').filter({ visible: true }).waitFor();
    await page.getByTestId('rail-compare').click();
    const view = page.getByTestId('compare').filter({ visible: true });
    const summary = view.getByTestId('compare-summary');
    await summary.waitFor();
    const order = view.getByTestId('compare-order');
    const side = (which: 'left' | 'right') => view.locator('.compare-bar').getByTestId(`side-${which}`);
    if (isReal) {
      // The newer one was opened last and is in front, but is still on the right.
      await order.filter({ hasText: /The right dump is [\d.]+ s newer|The right dump is \d+ min/ }).waitFor();
      expect(await side('left').innerText()).toMatch(/o-s390-s1-qemu\.elf\s+older\s+20\d\d-/);
      expect(await side('right').innerText()).toMatch(/o-s390-s2-qemu\.elf\s+newer\s+20\d\d-/);
    } else await order.filter({ hasText: 'Both dumps were taken at the same moment.' }).waitFor();
    if (isReal) await expect.poll(() => summary.innerText()).toMatch(/857\s+of\s+98,304\s+pages differ/);

    // Both panes show the same rows, with differences marked in both.
    await view.getByTestId('next-difference').click();
    const marks = view.locator('.hex-pair-pane');
    await marks.nth(0).locator('.hex-differ:not([hidden])').first().waitFor();
    expect(await marks.nth(1).locator('.hex-differ:not([hidden])').count()).toBe(await marks.nth(0).locator('.hex-differ:not([hidden])').count());
    // Both are wide enough for their rows: neither scrolls sideways.
    expect(await marks.locator('.hex-body').evaluateAll((bodies) => bodies.map((body) => body.scrollWidth - body.clientWidth))).toEqual([0, 0]);
    const place = view.getByTestId('difference-place');
    await place.filter({ hasText: /^1 \// }).waitFor();
    await view.getByTestId('next-difference').click();
    await place.filter({ hasText: /^2 \// }).waitFor();
    await view.getByTestId('previous-difference').click();
    await place.filter({ hasText: /^1 \// }).waitFor();
    await photograph('compare-memory');

    // Keys step wherever the focus is, as does the palette.
    await page.keyboard.press('F7');
    await place.filter({ hasText: /^2 \// }).waitFor();
    await page.keyboard.press('Shift+F7');
    await place.filter({ hasText: /^1 \// }).waitFor();
    await command(desk, 'Compare: next difference');
    await place.filter({ hasText: /^2 \// }).waitFor();

    if (isReal) {
      await view.getByTestId('compare-tab-lowcore').click();
      const fields = view.getByTestId('field-differences');
      await fields.getByText('last_update_clock').first().waitFor();
      // Registers have their full width, and differing digits are marked from the right.
      const clock = fields.getByRole('row').filter({ hasText: 'last_update_clock' }).first();
      expect((await clock.locator('.hex-number').first().innerText()).replaceAll(/\s/g, '')).toMatch(/^0x[0-9a-f]{16}$/);
      const marked = await clock.locator('.hex-differs').allInnerTexts();
      expect(marked.join('').length).toBeGreaterThan(0);
      expect(marked.join('').length).toBeLessThan(32);
      await view.getByTestId('compare-rules').selectOption('Time and timers');
      await fields.getByText('ignored: timers').first().waitFor();
      // A step goes to differences that count, not to the timers covered by a rule.
      await page.keyboard.press('F7');
      const at = fields.locator('[role="row"][aria-current="true"]');
      await at.waitFor();
      expect(await at.getByText('ignored').count()).toBe(0);
      const first = await at.innerText();
      await page.keyboard.press('F7');
      await expect.poll(() => at.innerText()).not.toBe(first);
      await photograph('compare-lowcore');
      await view.getByTestId('compare-tab-texts').click();
      await view.getByRole('button', { name: 'Kernel log' }).click();
      await page.locator('[data-testid="diff-view"][data-ready="true"]').waitFor();
      await photograph('compare-log');
      // The later message counts as added, whichever side it is on.
      await view
        .getByTestId('text-counts')
        .filter({ hasText: /^[1-9]\d* lines? added, 0 removed, 0 changed$/ })
        .waitFor();
      await view
        .getByTestId('compare-text-vmcoreinfo')
        .filter({ hasText: /VMCOREINFO\s*0$/ })
        .waitFor();
      const tone = (line: string) =>
        page
          .locator(`[data-testid="diff-view"][data-ready="true"] .${line}`)
          .first()
          .evaluate((element) => getComputedStyle(element).backgroundColor);
      const added = await tone('line-insert');
      expect(await page.locator('[data-testid="diff-view"] .line-delete').count()).toBe(0);
      await view.getByTestId('compare-swap').click();
      await order.filter({ hasText: 'The left dump is' }).waitFor();
      // The current place stays visible.
      await page.locator('[data-testid="diff-view"][data-ready="true"]').waitFor();
      await expect.poll(() => tone('line-delete')).toBe(added);
      await photograph('compare-log-swapped');
      await view.getByTestId('compare-swap').click();
      await order.filter({ hasText: 'The right dump is' }).waitFor();
      await view.getByTestId('compare-rules').selectOption('Time and timers');
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
