/** Archives in the window: a single dump opens; of several, the selected ones do. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { elfVmcore } from '../../src/samples/elf-vmcore.ts';
import { s390Standalone } from '../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { tarFile } from '../archives/tar-file.ts';
import { zipFile } from '../archives/zip-file.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();

describeNeeding('window', 'archives', () => {
  it('open with the one dump in them, or with those that are chosen', async () => {
    const system = s390xSystem({ cpuCount: 2 });
    const dump = Buffer.from(s390Standalone(system));
    const single = join(folder, 'case.zip');
    writeFileSync(
      single,
      zipFile([
        { name: 'notes.txt', data: Buffer.from('notes') },
        { name: 'dir/first.s390', data: dump },
      ]),
    );
    const several = join(folder, 'several.tgz');
    writeFileSync(
      several,
      gzipSync(
        tarFile(
          { name: 'a/vmcore', data: dump },
          { name: 'b/vmcore.elf', data: Buffer.from(elfVmcore(system)) },
          { name: 'same', data: dump },
          { name: 'same', data: dump },
        ),
      ),
    );
    const desk = await openOne([single]);
    const { page, photograph } = desk;
    const title = page.getByTestId('dump-title').filter({ visible: true });
    await title.getByText('case.zip').waitFor();
    await page
      .getByText(/dir\/first\.s390 of case\.zip \(zip, /)
      .first()
      .waitFor({ state: 'attached' });

    const second = await openOne([several]);
    const list = second.page.getByTestId('several-dumps');
    await list.waitFor();
    const rows = (await second.page.getByTestId('several-choice').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());
    expect(rows.map((row) => row.replace(/ \d.*$/, ''))).toEqual([
      expect.stringMatching(/^a\/vmcore s390 stand-alone dump/),
      expect.stringMatching(/^b\/vmcore\.elf ELF vmcore/),
      expect.stringMatching(/^#3 same/),
      expect.stringMatching(/^#4 same/),
    ]);
    await list.getByText('The file is a tar archive packed with gzip with 4 dumps.').waitFor();
    const { violations } = await new AxeBuilder({ page: second.page }).setLegacyMode().include('[data-testid="several-dumps"]').analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id)).toEqual([]);
    await second.photograph('archive-choice');
    await second.page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    await second.page.getByTestId('error-choose').click();
    await list.waitFor();
    for (const at of [1, 2]) await second.page.getByTestId('several-choice').nth(at).click();
    await second.page.getByTestId('several-open').getByText('Open 2 dumps').click();
    await second.page.getByTestId('dump-title').filter({ visible: true }).getByText('vmcore.elf').waitFor();
    await expect.poll(() => second.page.getByTestId('dump-switcher').innerText()).toContain('2 dumps');
    // The watched file is the archive.
    await second.page.waitForTimeout(2500);
    expect(await second.page.getByText(/is gone|was removed|no longer (there|exists)/).count()).toBe(0);
    await second.photograph('archive-chosen');
    await photograph('archive-single');
  });
});
