/** The integrity view: where the damage is, links to its bytes, and exports. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { placeSamples } from '../placed-samples.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { pinnedNode } from '../../scripts/node-runtime.mjs';
import { checkout, type Desk } from './desk.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
let damaged = '';
const openOne = testDesk();

beforeAll(() => {
  ({ damaged } = placeSamples(folder));
});

/** The system's dialogs answer with these paths. */
async function answerDialogs({ app }: Desk, save: string, open = ''): Promise<void> {
  await app.evaluate(
    ({ dialog }, paths) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: paths.save });
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [paths.open] });
    },
    { save, open },
  );
}

/** The open dialogs answer with one path after another. */
async function answerOpenDialogs({ app }: Desk, paths: readonly string[]): Promise<void> {
  await app.evaluate(
    ({ dialog }, given) => {
      const left = [...given];
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [left.shift() ?? ''] });
    },
    [...paths],
  );
}

/** The result of `dumpbench verify` for a signed attestation of the damaged dump. */
function attestationVerdict(attestation: string, publicKey: string): string | undefined {
  const args = ['verify', damaged, '--attestation', attestation, '--public-key', publicKey, '--json', '--quiet'];
  const done = spawnSync(pinnedNode(), [join(checkout, 'src/cli/main.ts'), ...args], { encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: folder } });
  const { checks } = JSON.parse(done.stdout) as { readonly checks: readonly { readonly id: string; readonly verdict: string }[] };
  return checks.find(({ id }) => id === 'attestation')?.verdict;
}

async function exportAs(opened: Desk, format: string, path: string, key?: string, choose?: () => Promise<void>): Promise<Buffer> {
  await answerDialogs(opened, path, key);
  const { page } = opened;
  await page.getByTestId('export').click();
  await page.getByTestId(`export-${format}`).check();
  await choose?.();
  await page.getByTestId('export-start').click();
  await expect.poll(() => existsSync(path) && statSync(path).size > 0).toBe(true);
  return readFileSync(path);
}

describeNeeding('window', 'the integrity view', () => {
  it('maps the damage, links to its bytes, and exports results', async () => {
    const desk = await openOne([damaged]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-integrity').click();
    const map = page.getByTestId('damage-map');
    await map.waitFor();
    await page.locator('[data-check="purgatory-sha256"][data-verdict="failed"]').waitFor();
    await expect.poll(() => map.innerText()).toContain('crashkernel');
    await expect.poll(() => page.getByTestId('damage-lane').count()).toBeGreaterThan(1);
    await desk.photograph('integrity');
    await page.getByTestId('export').click();
    await page.getByTestId('export-dialog').waitFor();
    await desk.photograph('integrity-export');
    await page.keyboard.press('Escape');

    const at = (name: string): string => join(folder, name);
    expect((await exportAs(desk, 'pdf', at('report.pdf'))).subarray(0, 5).toString()).toBe('%PDF-');
    expect(JSON.parse((await exportAs(desk, 'sarif', at('report.sarif'))).toString())).toMatchObject({ version: '2.1.0' });
    const chosen = await exportAs(desk, 'markdown', at('chosen.md'), undefined, async () => {
      await page.getByTestId('export-sections').click();
      await page.getByTestId('export-section-log').uncheck();
      await desk.photograph('integrity-sections');
    });
    expect(chosen.toString()).toContain('## Other checks');
    expect(chosen.toString()).not.toContain('## The end of the kernel log');
    const redacted = (
      await exportAs(desk, 'json', at('redacted.json'), undefined, async () => {
        await page.getByTestId('export-redacts').click();
        await page.getByTestId('export-redact-nodename').check();
        await page.getByTestId('export-redact-log').check();
        await desk.photograph('integrity-redact');
      })
    ).toString();
    const { nodename } = (JSON.parse((await exportAs(desk, 'json', at('plain.json'))).toString()) as { info: { kernel: { nodename: string } } }).info.kernel;
    expect(nodename).not.toBe('');
    expect(redacted).not.toContain(nodename);
    expect(JSON.parse(redacted)).toMatchObject({ redacted: { rules: [{ id: 'nodename' }, { id: 'log' }] } });
    expect((await exportAs(desk, 'sha256sum', at('m.sha256'))).toString()).toMatch(/^[0-9a-f]{64} {2}sample-damaged\.s390\n/);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const [key, trusted, stranger] = [at('key.pem'), at('key.pub'), at('stranger.pub')];
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(trusted, publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(stranger, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
    expect(JSON.parse((await exportAs(desk, 'attestation', at('a.json'), key)).toString())).toMatchObject({ payloadType: 'application/vnd.in-toto+json' });
    // The command line verifies what the window signed, with the right key only; so does the window.
    expect(attestationVerdict(at('a.json'), trusted)).toBe('passed');
    expect(attestationVerdict(at('a.json'), stranger)).toBe('failed');
    for (const [by, verdict] of [
      [trusted, 'passed'],
      [stranger, 'failed'],
    ] as const) {
      await answerOpenDialogs(desk, [at('a.json'), by]);
      await page.getByTestId('check-against').click();
      await page.getByTestId('against-attestation').check();
      await page.getByTestId('against-start').click();
      await page.locator(`[data-check="attestation"][data-verdict="${verdict}"]`).waitFor();
    }

    await map
      .getByRole('button', { name: /absolute:0x0*410000/ })
      .first()
      .click();
    await page.getByTestId('hex-grid').filter({ visible: true }).waitFor();
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('410000');
  });

  it('marks the digits of a digest that were overwritten, and maps those bytes alone', async () => {
    const path = join(folder, 'digest.s390');
    writeFileSync(path, buildCase('system healthy cpus=1 state=disabled-wait\ndamage purgatory-digest\nformat s390\n'));
    const { page } = await openOne([path]);
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-integrity').click();
    const failed = page.locator('[data-check="purgatory-sha256"][data-verdict="failed"]').filter({ visible: true });
    await failed.waitFor();
    await failed.locator('.check-toggle').click();
    // One byte of 32 is wrong, in the recorded digest and in the computed one.
    await expect.poll(async () => (await failed.locator('mark').allInnerTexts()).map((digits) => digits.length)).toEqual([2, 2]);
    const [recorded, computed] = await failed.locator('mark').allInnerTexts();
    expect(Number.parseInt(recorded!, 16) ^ Number.parseInt(computed!, 16)).toBe(0xff);
    await failed
      .getByText(/prove that the kdump kernel and its initrd are unchanged/)
      .first()
      .waitFor();
    await expect
      .poll(() =>
        page
          .getByTestId('damage-map')
          .getByRole('button', { name: /^absolute:0x/ })
          .allInnerTexts(),
      )
      .toHaveLength(1);
  });

  it('checks a dump against a manifest and the kdump kernel of another open dump', async () => {
    const [healthy, overwritten] = ['', 'damage kdump-overwritten\n'].map((damage, index) => {
      const path = join(folder, `case-${index}.s390`);
      writeFileSync(path, buildCase(`system healthy cpus=1 state=disabled-wait\n${damage}format s390\n`));
      return path;
    });
    const desk = await openOne([healthy!, overwritten!]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-integrity').click();
    const failed = page.locator('[data-check="purgatory-sha256"][data-verdict="failed"]').filter({ visible: true });
    await failed.waitFor();
    await failed.locator('.check-toggle').click();
    await failed.getByTestId('compare-kdump').click();
    await desk.photograph('integrity-against');
    await page.getByTestId('against-dialog').getByText('open here').click();
    await page.getByTestId('against-start').click();
    // Exactly these bytes, not everything that the digest covers.
    await failed.getByText('are not those of the healthy image').first().waitFor();
    await expect.poll(() => page.getByTestId('against-line').innerText()).toContain('case-0.s390');
    await desk.photograph('integrity-compared');

    const manifest = join(folder, 'other.sha256');
    writeFileSync(manifest, `${'0'.repeat(64)}  case-1.s390\n`);
    await answerDialogs(desk, '', manifest);
    await page.getByTestId('check-against').click();
    await page.getByTestId('against-start').click();
    await page.locator('[data-check="manifest"][data-verdict="failed"]').filter({ visible: true }).waitFor();
    await expect.poll(() => page.getByTestId('against-line').innerText()).toContain('other.sha256');
    // Earlier comparisons are kept.
    await expect.poll(() => failed.getByText('are not those of the healthy image').count()).toBeGreaterThan(0);
  });
});
