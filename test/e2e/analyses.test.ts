/** Analyses in the window: the catalogue, a table that sorts, filters and groups, parameters, and the rows that differ from another dump. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { analyses } from '../../src/analysis/kernel/analyses/catalogue.ts';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const openOne = testDesk();

describeNeeding('window', 'analyses', () => {
  it('are all in the catalogue; the log can be sorted, filtered, grouped, and takes a parameter', async () => {
    const desk = await openOne([write('healthy.vmcore', bundledSamples()[0]?.bytes ?? new Uint8Array())]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-kernel').click();
    const view = page.getByTestId('view-kernel').filter({ visible: true });
    await view.getByTestId('kernel-tab-analyses').click();
    for (const { table } of analyses) await view.getByTestId(`analysis-${table.id}`).getByText(table.title, { exact: true }).waitFor();
    await view.getByTestId('analysis-log').click();
    const rows = view.getByTestId('analysis-table');
    await rows.getByText('Kernel panic - not syncing').waitFor();
    await desk.photograph('analysis-log');
    await rows.getByRole('button', { name: 'sequence', exact: true }).click();
    await rows.getByRole('button', { name: 'sequence', exact: true }).click();
    await expect.poll(() => rows.getByRole('columnheader', { name: 'sequence' }).getAttribute('aria-sort')).toBe('descending');
    await expect.poll(() => rows.locator('[aria-rowindex="2"]').innerText()).toContain('Kernel panic');
    await view.getByRole('searchbox', { name: 'Filter rows' }).fill('crashkernel');
    await view
      .getByTestId('analysis-status')
      .getByText(/^\d of \d+ rows$/)
      .waitFor();
    await view.getByRole('searchbox', { name: 'Filter rows' }).fill('');
    await view.getByTestId('analysis-group').selectOption('level');
    await view.getByTestId('analysis-groups').getByRole('button', { name: 'emerg' }).click();
    await view
      .getByTestId('analysis-status')
      .getByText(/^1 of \d+ rows$/)
      .waitFor();
    await view.getByTestId('analysis-parameter-level').selectOption('emerg');
    await view.getByTestId('analysis-run').click();
    await view.getByTestId('analysis-status').getByText('1 row', { exact: true }).waitFor();

    // Many fields wrap to a second line: nothing widens the pane.
    await view.getByTestId('analysis-ftrace').click();
    await view.getByTestId('analysis-parameter-function').waitFor();
    expect(await view.getByRole('region', { name: 'Ftrace', exact: true }).evaluate((pane) => pane.scrollWidth - pane.clientWidth)).toBe(0);

    // An analysis that is not possible for this dump says why.
    await view.getByTestId('analysis-mappings').click();
    await view.getByTestId('analysis-parameter-pid').fill('1');
    await view.getByTestId('analysis-run').click();
    await view.getByText('No rows.').waitFor();
    await view.getByText('Not known from this dump').waitFor();
    await view.getByTestId('analysis-tasks').click();
    await view.getByTestId('analysis-table').getByText('swapper/0').waitFor();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
    await desk.photograph('analysis-tasks');
  });

  it('of two dumps are compared row by row', async () => {
    const before = write('before.elf', buildCase('system healthy state=running\nformat elf-vmcore producer=qemu'));
    const after = write('after.elf', buildCase('system healthy state=kdump\nformat elf-vmcore producer=qemu'));
    const desk = await openOne([before, after]);
    const { page } = desk;
    await page.getByTestId('dump-title').first().waitFor();
    await page.getByTestId('rail-compare').click();
    await page.getByTestId('compare-tab-analyses').click();
    await page.getByTestId('compare-analysis-log').click();
    await page
      .getByTestId('compared-analysis')
      .getByText(/\d+ equal/)
      .waitFor();
    await page.getByTestId('compared-rows').getByText('sysrq triggered crash').waitFor();
    await desk.photograph('analysis-compared');
  });
});
