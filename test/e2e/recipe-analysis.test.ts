/** docs/recipes/add-an-analysis.md on a copy of the repository: the window built from it shows the analysis. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { runCliProcess } from '../cli-process.ts';
import { copyRepository } from '../copied-repository.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { addToyAnalysis, toyAnalysis } from '../toy-analysis.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();

describeNeeding('window', 'an analysis added according to the recipe', () => {
  it('is in the catalogue of the window, in its comparison and in its SQL completion', async () => {
    const copy = copyRepository(folder);
    addToyAnalysis(copy);
    const built = await runCliProcess([], { entry: join(copy.root, 'scripts', 'build.mjs'), cwd: copy.root });
    expect(built).toMatchObject({ code: 0 });
    const dump = (name: string, state: string): string => {
      const path = join(folder, name);
      writeFileSync(path, buildCase(`system healthy state=${state}\nformat elf-vmcore producer=qemu`));
      return path;
    };
    const { page } = await openOne([dump('crashed.elf', 'kdump'), dump('running.elf', 'running')], { program: copy.root });
    await page.getByTestId('dump-title').first().waitFor();
    await page.getByTestId('rail-compare').click();
    await page.getByTestId('compare-tab-analyses').click();
    await page.getByTestId(`compare-analysis-${toyAnalysis.id}`).click();
    await page.getByTestId('compared-rows').getByText('word panic').first().waitFor();
    await page.getByTestId('rail-sql').click();
    await page.getByText('analysis_log_words').first().waitFor();
    await page.getByTestId('rail-kernel').click();
    const view = page.getByTestId('view-kernel').filter({ visible: true });
    await view.getByTestId('kernel-tab-analyses').click();
    await view.getByTestId(`analysis-${toyAnalysis.id}`).click();
    await view.getByTestId('analysis-parameter-at-least').fill('2');
    await view.getByTestId('analysis-run').click();
    await view.getByTestId('analysis-table').getByText('setup', { exact: true }).waitFor();
  });
});
