/** A file of known issues in the window: chosen once, read again at each start, shown in the verdict and in reports; a damaged file is named. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { Desk } from './desk.ts';
import { command, testDesk } from './test-desk.ts';

const folder = scratchFolder();
const dump = join(folder, 'dump.vmcore');
const issues = join(folder, 'issues.jsonl');
const openOne = testDesk();

const answer = ({ app }: Desk, open: string, save: string): Promise<void> =>
  app.evaluate(
    ({ dialog }, [filePath, target]) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: target });
    },
    [open, save] as const,
  );

describeNeeding('window', 'known issues', () => {
  it('are named below a matching verdict, in reports, and at the next start', async () => {
    writeFileSync(dump, bundledSamples()[0]?.bytes ?? '');
    writeFileSync(issues, '{"class":"operator-request","text":"crash test of the week","link":"https://example.org/17"}\n{"class":"bug","text":"another"}\n');
    const home = join(folder, 'home');
    const desk = await openOne([dump], { folder: home });
    await desk.page.getByTestId('verdict').waitFor();
    expect(await desk.page.getByTestId('known-issue').count()).toBe(0);

    const broken = join(folder, 'broken.jsonl');
    writeFileSync(broken, '{"class":"operator-request","text":"one"}\n\n{"class":"no such class","text":"two"}\n');
    await answer(desk, broken, join(folder, 'unused.json'));
    await command(desk, 'known issues: choose');
    await desk.page.getByTestId('notice').getByText(`${broken}, line 3: it is not a valid known issue`).waitFor();
    expect(await desk.page.getByTestId('known-issue').count()).toBe(0);

    const saved = join(folder, 'report.md');
    await answer(desk, issues, saved);
    await command(desk, 'known issues: choose');
    await desk.page.getByTestId('known-issue').waitFor();
    expect(await desk.page.getByTestId('known-issue').allInnerTexts()).toEqual(['Known issue: crash test of the week (https://example.org/17)']);
    await desk.photograph('known-issue');
    await command(desk, 'Markdown');
    await expect.poll(() => readFileSync(saved, { encoding: 'utf8', flag: 'a+' })).toContain('crash test of the week');
    await desk.close();

    const again = await openOne([dump], { folder: home });
    await again.page.getByTestId('known-issue').waitFor();
    await command(again, 'known issues: stop using');
    await expect.poll(() => again.page.getByTestId('known-issue').count()).toBe(0);
    await again.close();

    const last = await openOne([dump], { folder: home });
    await last.page.getByTestId('verdict').waitFor();
    expect(await last.page.getByTestId('known-issue').count()).toBe(0);
  });
});
