/** An evidence capsule in the window: shown as part of a dump, with its pages, and labelled as such. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { triageSchema } from '../../src/shared/triage-model.ts';
import { runInProcess } from '../cli-in-process.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();
const real = 'o-s390-s3-kdump-zlib-d31';

const goTo = async (page: Page, address: string): Promise<void> => {
  await page.keyboard.press('Control+g');
  await page.getByTestId('go-to').fill(address);
  await page.keyboard.press('Enter');
};

async function sourceDump(): Promise<string> {
  if (haveDump(real)) return dumpFile(real);
  const path = join(folder, 'sample.vmcore');
  const [sample] = bundledSamples();
  writeFileSync(path, sample?.bytes ?? '');
  return path;
}

describeNeeding('window', 'an evidence capsule', () => {
  it('opens with the pages that it cites, and shows no others', async () => {
    process.env.XDG_CACHE_HOME = join(folder, 'cache');
    const [source, key, capsule] = [await sourceDump(), join(folder, 'key.pem'), join(folder, 'case.dumpcase')];
    writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const made = await runInProcess(['capsule', 'make', source, '--key', key, '--digest', '--cite', '0x0-0x1000', '-o', capsule]);
    expect({ code: made.code, err: made.err }).toMatchObject({ code: 0 });
    const bytes = Buffer.from((await runInProcess(['read', source, '0x0', '256', '--raw'])).bytes);
    // Zeros are drawn separately from other bytes: a few nonzero ones, in one group of eight.
    const groups = Array.from({ length: 32 }, (_, at) =>
      bytes
        .subarray(8 * at, 8 * at + 8)
        .toString('hex')
        .replaceAll(/(..)(?=.)/g, '$1 '),
    );
    const [seen = ''] = groups.flatMap((group) => group.match(/(?:(?!00)[0-9a-f]{2} ?){3,}/g) ?? []);
    expect(seen).not.toBe('');
    const { page, photograph } = await openOne([capsule]);
    await page.getByText('An evidence capsule').first().waitFor();
    const verdict = page.getByTestId('verdict');
    await verdict.getByText(`The report in the capsule says of ${basename(source)}:`).waitFor();
    const { out } = await runInProcess(['triage', source, '--json']);
    const [triaged] = v.parse(triageSchema, JSON.parse(out)).dumps;
    expect(await verdict.getByTestId('verdict-title').innerText()).toBe(triaged?.verdict.title);
    await verdict.getByText('Neither its signature nor the proofs').waitFor();
    expect(await page.getByText('Cause not known').count()).toBe(0);
    await photograph('capsule-overview');
    await goTo(page, 'absolute:0x0');
    const grid = page.getByTestId('hex-grid').filter({ visible: true });
    await grid.getByText(seen.trim()).first().waitFor();
    await goTo(page, 'absolute:0x2000');
    await grid
      .getByText(/excluded|not cite/)
      .first()
      .waitFor();
    await photograph('capsule-hex');
  });
});
