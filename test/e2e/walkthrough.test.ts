/**
 * One way through the window, as described in docs/guide.md: from a file to a report, then to a comparison. With DUMPBENCH_GUIDE=1 the guide's
 * screenshots are taken on the way.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { checkout, type Desk } from './desk.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { paddedHex } from '../../src/renderer/words/numbers.ts';

const folder = scratchFolder();
const openOne = testDesk();

const isReal = haveDump('o-s390-s6-kdump-overwritten.s390', 'o-s390-s1-qemu.elf');

interface Walk {
  readonly damaged: string;
  readonly healthy: string;
  /** Where the damaged kdump kernel begins. */
  readonly at: string;
}

async function realOrBuilt(): Promise<Walk> {
  if (isReal) {
    return { damaged: await dumpFile('o-s390-s6-kdump-overwritten.s390'), healthy: await dumpFile('o-s390-s1-qemu.elf'), at: '0x10010000' };
  }
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, buildCase(text));
    return path;
  };
  // Only the kdump kernel is damaged, as in the real dump: then this is the verdict.
  const system = 'system healthy state=disabled-wait registers=believable';
  return {
    damaged: write('damaged.s390', `${system}\ndamage kdump-overwritten\nformat s390 producer=zipl`),
    healthy: write('healthy.elf', `${system}\nformat elf-vmcore producer=qemu`),
    at: '0x410000',
  };
}

/** For human review of the artefacts, and on request for the guide. */
async function picture({ page, photograph }: Desk, name: string): Promise<void> {
  await photograph(`walkthrough-${name}`);
  if (process.env.DUMPBENCH_GUIDE === undefined) return;
  const images = join(checkout, 'docs', 'images');
  mkdirSync(images, { recursive: true });
  await page.screenshot({ path: join(images, `${name}.png`) });
}

/** The system's dialogs answer with these paths. */
async function answerDialogs({ app }: Desk, open: string, save: string): Promise<void> {
  await app.evaluate(
    ({ dialog }, paths) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: paths.save });
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [paths.open] });
    },
    { open, save },
  );
}

describeNeeding('window', 'a walkthrough of the window', () => {
  it('leads from a file to a report and to a comparison', async () => {
    const { damaged, healthy, at } = await realOrBuilt();
    const report = join(folder, 'report.html');
    const desk = await openOne([damaged]);
    const { page } = desk;
    await answerDialogs(desk, healthy, report);

    // The verdict, and what each CPU was doing.
    const overview = page.getByTestId('view-overview').filter({ visible: true });
    const verdict = overview.getByTestId('verdict');
    await verdict.getByText('The loaded kdump kernel does not match its recorded digest').waitFor();
    await overview.getByTestId('reason').waitFor();
    const cpus = overview.getByTestId('cpu-table');
    if (isReal) {
      for (const words of ['psw_idle_exit', 'swapper/2']) await cpus.getByText(words).first().waitFor();
      await overview.getByText('98,304 pages indexed').waitFor();
    }
    await picture(desk, 'overview');

    // The check that failed, and its bytes.
    await verdict.getByRole('button', { name: 'Show the steps' }).click();
    await page.locator('[data-check="purgatory-sha256"][data-verdict="failed"]').waitFor();
    await picture(desk, 'integrity');
    await page
      .getByTestId('damage-map')
      .getByRole('button', { name: `absolute:${at}` })
      .first()
      .click();
    await page.getByTestId('hex-grid').filter({ visible: true }).waitFor();
    await page.getByTestId('status-cursor').getByText(paddedHex(at)).waitFor();
    await picture(desk, 'hex');

    await page.getByTestId('rail-cpus').click();
    await page.getByTestId('view-cpus').filter({ visible: true }).getByText('General registers').first().waitFor();
    await picture(desk, 'cpus');
    if (isReal) {
      await page.getByTestId('rail-dmesg').click();
      await page.getByTestId('log-search').fill('Linux version');
      await page.getByTestId('log-table').getByText('6.1.192-kdumptest').first().waitFor();
      await page.getByTestId('log-search').fill('');
      await picture(desk, 'kernel-log');
    }

    // The report says the same as the window, and contains no script.
    await page.getByTestId('rail-integrity').click();
    await page.getByTestId('export').click();
    await page.getByTestId('export-html').check();
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(report) && statSync(report).size > 0).toBe(true);
    await expect.poll(() => readFileSync(report, 'utf8').trimEnd().endsWith('</html>')).toBe(true);
    const html = readFileSync(report, 'utf8');
    for (const words of ['The loaded kdump kernel does not match its digest', at, 'purgatory-sha256']) expect(html).toContain(words);
    expect(html).not.toMatch(/<script/i);
    await page.getByTestId('notice').getByRole('button', { name: 'Dismiss' }).click();

    // A second dump through the system's dialog, then both side by side.
    await page.keyboard.press('Control+o');
    await page.getByTestId('dump-title').filter({ visible: true }).getByText(healthy.split('/').at(-1)!).waitFor();
    await page.getByTestId('rail-compare').click();
    const compare = page.getByTestId('compare').filter({ visible: true });
    await compare.getByTestId('compare-summary').waitFor();
    await compare.getByTestId('next-difference').click();
    await compare.getByTestId('difference-place').filter({ hasText: /^1 \// }).waitFor();
    await compare.locator('.hex-differ:not([hidden])').first().waitFor();
    await picture(desk, 'compare');
  });
});
