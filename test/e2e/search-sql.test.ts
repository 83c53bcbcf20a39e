/** Search, SQL and the memory view in the real window. */
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { pinnedNode } from '../../scripts/node-runtime.mjs';
import { checkout, type Desk, type DeskOptions } from './desk.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
const healthy = join(folder, 'healthy.vmcore');
writeFileSync(healthy, bundledSamples()[0]?.bytes ?? '');
const openOne = testDesk();

async function open(path: string, options: DeskOptions = {}): Promise<Desk> {
  const desk = await openOne([path], options);
  await desk.page.getByTestId('dump-title').waitFor();
  return desk;
}

/** A stand-alone dump of 1 TiB, nearly all of it a hole. */
function hugeDump(path: string): void {
  const size = 1n << 40n;
  const bytes = Buffer.from(buildCase('system healthy state=disabled-wait\nformat s390 producer=zipl\n'));
  bytes.writeBigUInt64BE(size, 0x18);
  const file = openSync(path, 'w');
  writeSync(file, bytes, 0, bytes.length - 16, 0);
  ftruncateSync(file, Number(size) + 4096);
  writeSync(file, bytes, bytes.length - 16, 16, Number(size) + 4096);
  closeSync(file);
}

describeNeeding('window', 'search', () => {
  it('lists hits and links to their bytes; a wrong pattern gets an error message', async () => {
    const { page } = await open(healthy);
    await page.getByTestId('rail-search').click();
    await page.getByTestId('search-pattern').fill('OSINFOSZ');
    await page.keyboard.press('Enter');
    const hits = page.getByTestId('search-hits');
    await hits.getByRole('button', { name: /^0x0*1c8000\b/ }).click();
    await page.getByTestId('hex-grid').filter({ visible: true }).waitFor();
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('1c8000');
    await page.getByTestId('rail-search').click();
    await page.getByTestId('search-kind').selectOption('regex');
    await page.getByTestId('search-pattern').fill('(');
    await page.keyboard.press('Enter');
    await page.getByTestId('search-status').getByText('Invalid regular expression').waitFor();
    // It backtracks for longer than anyone would wait.
    await page.getByTestId('search-pattern').fill('(\\x00+)+B');
    await page.keyboard.press('Enter');
    await page.getByTestId('search-status').getByText('stopped after 2 s').waitFor();
    expect(await page.getByTestId('search-status').innerText()).toContain('avoid nested repetitions');
  });

  it('can be cancelled in a dump of a TiB', async () => {
    const huge = join(folder, 'huge.s390');
    hugeDump(huge);
    const { page } = await open(huge);
    await page.getByTestId('rail-search').click();
    await page.getByTestId('search-pattern').fill('not to be found');
    await page.keyboard.press('Enter');
    await page.getByTestId('search-cancel').click();
    await page.getByTestId('search-status').getByText('cancelled').waitFor();
  });
});

describeNeeding('window', 'SQL', () => {
  it('completes, runs, refuses to write, and links cells to bytes', async () => {
    const { page } = await open(healthy);
    await page.getByTestId('status-index').getByText('100 %').waitFor();
    await page.getByTestId('rail-sql').click();
    const editor = page.getByTestId('sql-editor');
    await editor.locator('.monaco-editor').first().waitFor();
    const type = async (query: string): Promise<void> => {
      await editor.click();
      await page.keyboard.press('Control+a');
      await page.keyboard.type(query);
    };
    await type('select * from dupl');
    await page.locator('.suggest-widget').getByText('duplicate').first().waitFor();
    await page.keyboard.press('Enter');
    await editor.getByText('duplicate').first().waitFor();
    await type("select name, start from region where name = 'os_info' ");
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await page
      .getByTestId('sql-table')
      .getByRole('button', { name: /^0x0*1c8000\b/ })
      .waitFor();
    await type('delete from region ');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await page.getByTestId('sql-error').getByText('read-only').waitFor();
    // The dump itself as a table; as a chart, which stays selected for the next query.
    await type('select name, pid from tasks ');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await page.getByTestId('sql-table').getByText('swapper').first().waitFor();
    await page.getByTestId('sql-chart').click();
    await page.getByTestId('sql-chart-kind').selectOption('doughnut');
    await page.getByTestId('sql-show-history').click();
    const past = page.getByTestId('sql-history').locator('.sql-past');
    await expect
      .poll(() => past.allInnerTexts())
      .toEqual([
        expect.stringMatching(/from tasks\s*\d+ rows?$/),
        expect.stringMatching(/delete from region\s*failed$/),
        expect.stringMatching(/1 row$/),
        expect.stringMatching(/rows?$/),
      ]);
    await page.getByTestId('sql-panel-filter').fill('os_info');
    await expect.poll(() => past.count()).toBe(1);
    await past.click();
    await page.getByTestId('sql-editor').getByText('os_info').first().waitFor();
    await page.getByTestId('sql-run').click();
    await page.getByTestId('chart-doughnut').or(page.getByText('A chart needs a column of numbers')).first().waitFor();
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    await page
      .getByTestId('sql-table')
      .getByRole('button', { name: /^0x0*1c8000\b/ })
      .waitFor();
    await page
      .getByTestId('sql-table')
      .getByRole('button', { name: /^0x0*1c8000\b/ })
      .click();
    await page.getByTestId('hex-grid').filter({ visible: true }).waitFor();
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('1c8000');
  });
});

describeNeeding('window', 'SQL of an engine in the utility process', () => {
  it('runs in a process that main starts', async () => {
    const { page, app, folder: own } = await open(healthy, { engineHost: 'utility' });
    // The utility process of an older Electron cannot create an index, so another process created it beforehand.
    execFileSync(pinnedNode(), [join(checkout, 'bin', 'dumpbench.mjs'), 'index', healthy, '--quiet'], {
      env: { ...process.env, XDG_CACHE_HOME: join(own, 'cache') },
    });
    await page.getByTestId('rail-sql').click();
    await page.getByTestId('sql-editor').locator('.monaco-editor').first().waitFor();
    await page.getByTestId('sql-run').click();
    // Rows if that Electron supports SQLite's binding; otherwise the SQL process itself says what it lacks.
    await page.getByTestId('sql-table').or(page.getByTestId('sql-error').getByText('Node-API')).waitFor();
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });
});

describeNeeding('window', 'memory', () => {
  it('shows a TiB just like a MiB: zooms by drawing, shows the contents of regions', async () => {
    const huge = join(folder, 'tib.s390');
    hugeDump(huge);
    const { page } = await open(huge);
    await page.getByTestId('rail-regions').click();
    const strip = page.getByTestId('view-regions').getByTestId('memory-strip');
    const span = page.getByTestId('strip-span');
    await span.getByText('1 TiB').waitFor();
    const box = await strip.boundingBox();
    if (box === null) throw new Error('the strip has no place');
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    await span.getByText(/25\d(\.\d+)? GiB/).waitFor();
    // Drawing a range is not a click: the view stays.
    const minimap = page.getByTestId('minimap');
    await minimap.focus();
    await page.keyboard.press('+');
    await span.getByText(/12\d(\.\d+)? GiB/).waitFor();
    await page.keyboard.press('Home');
    await expect.poll(() => span.innerText()).toMatch(/^0x0+ – /);
    await page.keyboard.press('PageDown');
    await expect.poll(() => minimap.getAttribute('aria-valuetext')).toMatch(/^0x[1-9a-f][0-9a-f]*0{6} to 0x[0-9a-f]*0{6}, 12\d(\.\d+)? GiB of 1 TiB$/);
    await page.keyboard.press('0');
    await span.getByText('1 TiB').waitFor();
    // A separate line shows what is under the pointer.
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
    await page
      .getByTestId('strip-readout')
      .filter({ visible: true })
      .getByText(/^absolute:0x/)
      .waitFor();
    await page.getByTestId('tab-classes').click();
    await page.getByTestId('region-classes').getByText('crashkernel').first().waitFor();
    await page.getByTestId('tab-duplicates').click();
    await page.getByTestId('duplicates-summary').or(page.getByTestId('view-regions').getByText('duplicates:')).first().waitFor();
  });

  it('has no serious accessibility violations in search, SQL and memory according to axe', async () => {
    const { page } = await open(healthy);
    await page.getByTestId('status-index').getByText('100 %').waitFor();
    const found: string[] = [];
    const look = async (what: string): Promise<void> => {
      // Electron does not open the additional pages that axe uses by default.
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      for (const one of violations.filter(({ impact }) => impact === 'serious' || impact === 'critical'))
        found.push(`${what}: ${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`);
    };
    await page.getByTestId('rail-search').click();
    await page.getByTestId('search-pattern').fill('00');
    await page.keyboard.press('Enter');
    await page.getByTestId('search-hits').waitFor();
    await look('search');
    await page.getByTestId('rail-sql').click();
    await page.getByTestId('sql-editor').locator('.monaco-editor').first().waitFor();
    await page.getByTestId('sql-run').click();
    await page.getByTestId('sql-table').waitFor();
    await look('sql');
    await page.getByTestId('rail-regions').click();
    for (const tab of ['classes', 'duplicates']) {
      await page.getByTestId(`tab-${tab}`).click();
      await page.getByTestId(tab === 'classes' ? 'region-classes' : 'duplicates').waitFor();
      await look(tab);
    }
    expect(found).toEqual([]);
  });
});
