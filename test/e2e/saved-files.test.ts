/** Saved files are reported, opened and shown in their folder; main opens only files that this window wrote. */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { Desk } from './desk.ts';
import { command, testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();
const real = 'o-s390-s3-kdump-zlib-d31';
const built = join(folder, 'built.s390');
writeFileSync(built, buildCase('system healthy cpus=1 state=disabled-wait\nformat s390\n'));

/** The save dialog answers with a path, and the desktop's calls are recorded. */
async function answer({ app }: Desk, path: string): Promise<void> {
  await app.evaluate(({ dialog, shell }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    shell.openPath = (target) => {
      asked.push(`open ${target}`);
      return Promise.resolve('');
    };
    shell.showItemInFolder = (target) => {
      asked.push(`show ${target}`);
    };
  }, path);
}
const asked = ({ app }: Desk): Promise<readonly string[]> => app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);

const call = ({ page }: Desk, method: string, path: string): Promise<string> =>
  page.evaluate(
    async ([name, given]) => {
      const bridge = (window as unknown as { dumpbench: { call: (method: string, params: object) => Promise<unknown> } }).dumpbench;
      try {
        await bridge.call(name, { path: given });
        return 'done';
      } catch (error) {
        return String(error);
      }
    },
    [method, path] as const,
  );

describeNeeding('window', 'a saved file', () => {
  it('can be opened, or shown in its folder, as long as it is the file that was written', async () => {
    const desk = await openOne([haveDump(real) ? await dumpFile(real) : built]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    const report = join(folder, 'report.html');
    await answer(desk, report);
    await command(desk, 'export html report');
    const notice = page.getByTestId('notice');
    await notice.getByText(`The report was saved as ${report}.`).waitFor();
    await desk.photograph('saved-notice');
    await notice.getByRole('button', { name: 'Open', exact: true }).click();
    await notice.getByRole('button', { name: 'Show in folder' }).click();
    await expect.poll(() => asked(desk)).toEqual([`open ${report}`, `show ${report}`]);

    renameSync(report, join(folder, 'moved.html'));
    writeFileSync(report, 'of somebody else');
    await notice.getByRole('button', { name: 'Open', exact: true }).click();
    await notice.getByText('was replaced by another file').waitFor();

    // The page cannot name a file by itself.
    expect(await call(desk, 'openWritten', '/etc/hostname')).toMatch(/was not written by this window/);
    expect(await call(desk, 'showWritten', '/etc/hostname')).toMatch(/was not written by this window/);
    expect(await asked(desk)).toHaveLength(2);
  });

  it('is not opened by other programs unless its name is that of a document', async () => {
    const desk = await openOne([built]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    const named = join(folder, 'report.desktop');
    await answer(desk, named);
    await command(desk, 'export markdown report');
    const notice = page.getByTestId('notice');
    await notice.getByText(named).waitFor();
    expect(await notice.getByRole('button').allInnerTexts()).toEqual(['Show in folder', '']);
    expect(await call(desk, 'openWritten', named)).toMatch(/is not a document/);

    const rows = join(folder, 'rows.csv');
    await answer(desk, rows);
    await command(desk, 'show sql');
    await page.getByTestId('sql-editor').and(page.locator('[data-ready="true"]')).waitFor();
    await page.getByTestId('sql-run').click();
    await page.getByTestId('sql-csv').click();
    await notice.getByText(`The rows were saved as ${rows}.`).waitFor();
  });

  it('with memory is opened in this window', async () => {
    const desk = await openOne([built]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    const output = join(folder, 'out.elf');
    await answer(desk, output);
    await command(desk, 'export the memory');
    await page.getByTestId('export-start').click();
    await page.getByTestId('export-result').waitFor();
    expect(existsSync(output)).toBe(true);
    await page.getByTestId('export-show').click();
    await expect.poll(() => asked(desk)).toEqual([`show ${output}`]);
    await page.getByTestId('export-open-here').click();
    await page.getByTestId('dump-title').filter({ visible: true }).getByText('out.elf').waitFor();
  });
});
