/** The page of a file that does not open: what is wrong, once; advice; and the bytes of the file, which is not changed. */
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const folder = join(scratchFolder(), 'customer');
mkdirSync(folder);
const openOne = testDesk();
const real = 'o-s390-s1-qemu.elf';

/** The first bytes of a dump: too few for its headers. */
async function cutDump(length: number): Promise<Buffer> {
  if (!haveDump(real)) return Buffer.from(buildCase('system healthy cpus=1 state=disabled-wait\nformat s390\n')).subarray(0, length);
  const head = Buffer.alloc(length);
  const file = openSync(await dumpFile(real), 'r');
  readSync(file, head, 0, length, 0);
  closeSync(file);
  return head;
}

const times = (text: string, part: string): number => text.toLowerCase().split(part.toLowerCase()).length - 1;

describeNeeding('window', 'a file that does not open', () => {
  it('gets one error message, and its bytes are shown without changing anything', async () => {
    const letter = join(folder, 'letter.txt');
    writeFileSync(letter, 'Dear engineer, this is no dump.\n'.repeat(4000));
    const before = readFileSync(letter);
    const { page, photograph } = await openOne([letter]);
    const shown = page.getByTestId('error-page').filter({ visible: true });
    await shown.waitFor();
    const text = await shown.innerText();
    expect(times(text, 'it looks like a text file')).toBe(1);
    expect(times(text, 'not a dump')).toBe(1);
    expect(text).not.toMatch(/unpack/i);

    const grid = shown.getByTestId('hex-grid');
    await grid
      .getByText(/44 65 61 72 20 65 6e 67/)
      .first()
      .waitFor();
    await photograph('error-page-text');
    // To its last byte, and no further.
    await grid.click();
    await page.keyboard.press('Control+End');
    await expect.poll(() => shown.getByTestId('error-bytes-place').innerText()).toContain(`(${(before.length - 1).toLocaleString('en')}) of`);
    expect(readFileSync(letter).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['letter.txt']);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().include('[data-testid="error-page"]').analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  });

  it('is shown from the damaged place on, and compressed bytes are labelled as such', async () => {
    const cut = join(folder, 'cut.dump');
    writeFileSync(cut, await cutDump(100));
    const packed = join(folder, 'letter.gz');
    writeFileSync(packed, gzipSync('Dear engineer, this is no dump.\n'.repeat(4000)));
    const { page, photograph } = await openOne([cut, packed]);
    const shown = page.getByTestId('error-page').filter({ visible: true });
    await page.getByTestId('dump-switcher').getByText('2 dumps open').waitFor();
    await shown.getByText('letter.gz').first().waitFor();
    await shown.getByTestId('error-bytes').getByText('(gzip). Offsets in its contents differ.').waitFor();
    await shown
      .getByTestId('hex-grid')
      .getByText(/1f 8b 08/)
      .first()
      .waitFor();
    await page.getByTestId('dump-switcher').click();
    await page.getByRole('group', { name: 'Open and recent dumps' }).getByText('cut.dump').first().click();
    await shown.getByText('cut.dump').first().waitFor();
    await shown.getByTestId('error-bytes-place').getByText('of 100 bytes').waitFor();
    await photograph('error-page-cut');
  });
});
