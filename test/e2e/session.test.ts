/** The user's work is restored: layout, cursors, bookmarks, annotations; also from a file. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { placeSamples } from '../placed-samples.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { parseSession } from '../../src/shared/session-model.ts';
import type { Desk } from './desk.ts';
import { command, testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
let damaged: string;
const openOne = testDesk();

beforeAll(() => {
  ({ damaged } = placeSamples(folder));
});

/** Native dialogs cannot be clicked here, so they answer with a path. */
const answerDialogs = (app: Desk['app'], path: string): Promise<void> =>
  app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, path);

describeNeeding('window', 'a session', () => {
  it('is restored at the next start, and can be exported as a file without bytes of the dump', async () => {
    const home = join(folder, 'home');
    const desk = await openOne([damaged], { folder: home });
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await command(desk, 'layout triage');
    await page.getByTestId('view-hex').waitFor();
    await page.keyboard.press('Control+g');
    await page.getByTestId('go-to').fill('absolute:0x1c800c');
    await page.keyboard.press('Enter');
    await page.locator('[data-testid="hex-grid"]:focus').waitFor();
    await page.keyboard.press('Control+d');
    await page.getByTestId('mark-text').fill('recorded checksum <b>');
    await page.getByTestId('mark-save').click();
    await page.getByTestId('mark-text').waitFor({ state: 'detached' });
    await page.locator('[data-testid="hex-grid"]:focus').waitFor();
    for (let count = 0; count < 3; count += 1) await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Control+Shift+A');
    await page.getByTestId('mark-text').fill('these four');
    await page.keyboard.press('Enter');
    await page.getByTestId('marks').getByText('these four').waitFor();
    await desk.photograph('session-marks');
    const file = join(folder, 'out.dumpbench.json');
    await answerDialogs(desk.app, file);
    await command(desk, 'export the session');
    await page.getByTestId('notice').getByText('out.dumpbench.json').waitFor();
    // A report from the window contains the annotation.
    const report = join(folder, 'report.md');
    await answerDialogs(desk.app, report);
    await command(desk, 'export markdown report');
    await expect.poll(() => existsSync(report)).toBe(true);
    await expect.poll(() => readFileSync(report, 'utf8')).toContain('- `absolute:0x1c800c-0x1c8010`: `these four`');
    expect(readFileSync(report, 'utf8')).not.toContain('recorded checksum <b>');
    await desk.close();

    const parsed = parseSession(readFileSync(file, 'utf8'));
    if (!('session' in parsed)) throw new Error(parsed.why);
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    expect(parsed.session.dumps).toMatchObject([{ pathHint: damaged, identity: digest, dumpKey: digest }]);
    expect(parsed.session.bookmarks).toMatchObject([{ dump: 0, space: 'absolute', address: '0x1c800c', comment: 'recorded checksum <b>', colour: 'blue' }]);
    expect(parsed.session.annotations).toMatchObject([{ start: '0x1c800c', end: '0x1c8010', text: 'these four' }]);

    // The same user, without a file: the window is restored.
    const restored = await openOne([], { folder: home });
    await restored.page.getByTestId('dump-title').waitFor();
    await restored.page.getByTestId('marks').getByText('recorded checksum <b>').waitFor();
    await expect.poll(() => restored.page.locator('.dv-groupview').count()).toBe(2);
    await restored.page.getByTestId('hex-grid').click();
    await expect.poll(() => restored.page.getByTestId('go-to').inputValue()).toMatch(/0x1c80/);
    await restored.close();

    // Another user imports the file.
    const imported = await openOne([]);
    await imported.page.getByTestId('first-run').waitFor();
    await answerDialogs(imported.app, file);
    await command(imported, 'import a session');
    await imported.page.getByTestId('marks').getByText('these four').waitFor();
    await imported.page.getByTestId('dump-title').waitFor();
    // A file that is not a session is reported, and changes nothing.
    await answerDialogs(imported.app, damaged);
    await command(imported, 'import a session');
    await imported.page
      .getByTestId('notice')
      .getByText(/not a session|at most/)
      .waitFor();
  });

  it('never applies notes to another dump with equal headers that has replaced the first', async () => {
    const home = join(folder, 'alike-home');
    // No notes: the dumps differ only in memory.
    const guest = (seed: number): Uint8Array =>
      buildCase(`arch x86_64\nmemory 2 MiB\nlines 0x10000 65536\nrandom 0x100000 0x100000 seed=${seed}\nformat elf-vmcore producer=qemu`);
    const [path, elsewhere] = [join(folder, 'alike.elf'), join(folder, 'alike-elsewhere.elf')];
    writeFileSync(path, guest(1));
    const desk = await openOne([path], { folder: home });
    await desk.page.getByTestId('dump-title').waitFor();
    await command(desk, 'layout triage');
    await desk.page.getByTestId('view-hex').waitFor();
    await desk.page.keyboard.press('Control+g');
    await desk.page.getByTestId('go-to').fill('absolute:0x100000');
    await desk.page.keyboard.press('Enter');
    await desk.page.locator('[data-testid="hex-grid"]:focus').waitFor();
    await desk.page.keyboard.press('Control+d');
    await desk.page.getByTestId('mark-text').fill('first of the first');
    await desk.page.getByTestId('mark-save').click();
    await desk.page.getByTestId('marks').getByText('first of the first').waitFor();
    await desk.close();

    writeFileSync(elsewhere, guest(1));
    writeFileSync(path, guest(2));
    // The session names the path, where there is now another dump.
    const other = await openOne([], { folder: home });
    await other.page.getByTestId('dump-title').waitFor();
    await other.page.getByTestId('notice').getByText('its headers are the same, but its memory differs').waitFor();
    await other.page.getByTestId('view-hex').waitFor();
    expect(await other.page.getByText('first of the first').count()).toBe(0);
    await other.close();

    const again = await openOne([elsewhere], { folder: home });
    await again.page.getByTestId('dump-title').waitFor();
    await again.page.getByTestId('marks').getByText('first of the first').waitFor();
    await again.close();
  });
});
