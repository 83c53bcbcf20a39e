/** Search, SQL and the memory view in the real window. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { noWindow, openDesk, type Desk } from './desk.ts';

const folder = mkdtempSync(join(tmpdir(), 'dumpbench-e2e-'));
const healthy = join(folder, 'healthy.vmcore');
writeFileSync(healthy, bundledSamples()[0]?.bytes ?? '');
let desk: Desk | undefined;
const wait = { timeout: 60_000 };

async function open(path: string): Promise<Desk> {
  desk = await openDesk([path]);
  await desk.page.getByTestId('dump-title').waitFor(wait);
  return desk;
}
afterEach(async () => {
  await desk?.close();
  desk = undefined;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

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

describe.skipIf(noWindow)('search', () => {
  it('lists hits and leads to their bytes; a wrong pattern gets a sentence', async () => {
    const { page } = await open(healthy);
    await page.getByTestId('rail-search').click();
    await page.getByTestId('search-pattern').fill('OSINFOSZ');
    await page.keyboard.press('Enter');
    const hits = page.getByTestId('search-hits');
    await hits.getByRole('button', { name: '0x1c8000' }).click(wait);
    await page.getByTestId('hex-grid').filter({ visible: true }).waitFor(wait);
    expect(await page.getByTestId('status-cursor').innerText()).toContain('0x1c8000');
    await page.getByTestId('rail-search').click();
    await page.getByTestId('search-kind').selectOption('regex');
    await page.getByTestId('search-pattern').fill('(');
    await page.keyboard.press('Enter');
    await page.getByTestId('search-status').getByText('Invalid regular expression').waitFor(wait);
  });

  it('can be cancelled in a dump of a TiB', async () => {
    const huge = join(folder, 'huge.s390');
    hugeDump(huge);
    const { page } = await open(huge);
    await page.getByTestId('rail-search').click();
    await page.getByTestId('search-pattern').fill('not to be found');
    await page.keyboard.press('Enter');
    await page.getByTestId('search-cancel').click(wait);
    await page.getByTestId('search-status').getByText('cancelled').waitFor(wait);
  });
});

describe.skipIf(noWindow)('SQL', () => {
  it('completes, runs, refuses to write, and leads from a cell to the bytes', async () => {
    const { page } = await open(healthy);
    await page.getByTestId('status-index').getByText('100 %').waitFor(wait);
    await page.getByTestId('rail-sql').click();
    const editor = page.getByTestId('sql-editor');
    await editor.locator('.monaco-editor').first().waitFor(wait);
    const type = async (query: string): Promise<void> => {
      await editor.click();
      await page.keyboard.press('Control+a');
      await page.keyboard.type(query);
    };
    await type('select * from dupl');
    await page.locator('.suggest-widget').getByText('duplicate').first().waitFor(wait);
    await page.keyboard.press('Enter');
    await editor.getByText('duplicate').first().waitFor(wait);
    await type("select name, start from region where name = 'os_info' ");
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await page.getByTestId('sql-table').getByRole('button', { name: '0x1c8000' }).waitFor(wait);
    await type('delete from region ');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await page.getByTestId('sql-error').getByText('read-only').waitFor(wait);
    await page.getByTestId('sql-table').getByRole('button', { name: '0x1c8000' }).click();
    await page.getByTestId('hex-grid').filter({ visible: true }).waitFor(wait);
    expect(await page.getByTestId('status-cursor').innerText()).toContain('0x1c8000');
  });
});
