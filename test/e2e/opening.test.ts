/** Ways of opening: one of two systems, files named one by one; several dumps to compare; components and licences. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { beforeAll, expect, it } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { pvElf, sampleCommunicationKey } from '../../src/samples/pv-elf.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { command, testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
const openOne = testDesk();
let two: string;
let samples: readonly string[];

beforeAll(() => {
  const write = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  two = write('two.elf', buildCase('system two\nformat elf-vmcore producer=qemu'));
  samples = bundledSamples().map(({ name, bytes }) => write(name, bytes));
});

describeNeeding('window', 'opening', () => {
  it('shows either system of a dump, accepts volumes, compares with the chosen dump and lists licences', async () => {
    const desk = await openOne([two, ...samples]);
    const { page, app, photograph } = desk;
    const title = page.getByTestId('dump-title').filter({ visible: true });
    const status = page.getByTestId('status-bar');
    const switcher = page.getByTestId('dump-switcher');
    await expect.poll(() => switcher.innerText()).toContain('3');
    await switcher.click();
    await page.locator('#dump-menu').getByText('two.elf', { exact: true }).click();
    await page.getByTestId('view-switch').filter({ visible: true }).waitFor();
    await photograph('opening-two-systems');
    await page.getByTestId('view-kdump').filter({ visible: true }).click();
    await expect.poll(() => title.innerText()).toContain('(kdump)');
    await expect.poll(() => status.innerText()).toContain('view: kdump kernel');

    // What is under the cursor.
    await page.keyboard.press('Control+g');
    await page.getByTestId('go-to').fill('absolute:0x100');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('status-state').innerText()).toMatch(/in the dump|zero/);
    await page.getByTestId('status-trust').waitFor();
    await photograph('opening-status-bar');

    // By the dialog: files, and the system.
    await app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, two);
    await page.keyboard.press('Control+Shift+O');
    await page.getByTestId('opening-add').click();
    await page.getByTestId('opening-dialog').getByText(two).waitFor();
    await page.getByTestId('opening-prod').check();
    await photograph('opening-dialog');
    const dialog = await new AxeBuilder({ page }).setLegacyMode().include('[data-testid="opening-dialog"]').analyze();
    expect(dialog.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id)).toEqual([]);
    await page.getByTestId('opening-open').click();
    await expect.poll(() => title.innerText()).toContain('(prod)');

    // Several others are open: the window asks which one to compare.
    await command(desk, 'layout compare');
    const chooser = page.getByTestId('compare-chooser');
    await chooser.waitFor();
    await photograph('opening-compare-chooser');
    await chooser.getByText('two.elf (kdump)').click();
    await expect.poll(() => page.locator('.dv-groupview').count()).toBe(2);

    await command(desk, 'about dumpbench');
    const about = page.getByTestId('about');
    await about.getByRole('button', { name: /^valibot / }).click();
    await expect.poll(() => page.getByTestId('licence-text').innerText()).toContain('Permission is hereby granted');
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
      dependencies: Record<string, string>;
    };
    const listed = await page.getByTestId('licences').innerText();
    for (const name of Object.keys(manifest.dependencies)) expect(listed).toContain(name);
    await expect.poll(() => about.innerText()).toContain(`Dumpbench ${manifest.version}`);
    await photograph('opening-about');
    // Electron does not open the additional pages that axe uses by default.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().include('[data-testid="about"]').analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id)).toEqual([]);
  });

  it('accepts what a dump lacks: addresses of memory without a header, and the key of a secure guest', async () => {
    const memory = s390xSystem({ cpuCount: 2, state: 'disabled-wait', registers: 'believable' });
    const write = (name: string, bytes: Uint8Array): string => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return path;
    };
    const raw = write('memory.raw', memory.memory.read(0, memory.memory.size));
    const guest = write('guest.elf', pvElf(memory));
    const key = write('guest.key', sampleCommunicationKey);
    const desk = await openOne([two]);
    const { page, app, photograph } = desk;
    const choose = (path: string): Promise<void> =>
      app.evaluate(({ dialog }, chosen) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
      }, path);
    const title = page.getByTestId('dump-title').filter({ visible: true });
    const overview = page.getByTestId('overview').filter({ visible: true });

    await title.waitFor();
    await choose(raw);
    await page.keyboard.press('Control+Shift+O');
    await page.getByTestId('opening-add').click();
    await page.getByTestId('opening-headerless').check();
    await page.getByTestId('opening-open').click();
    await page.getByTestId('opening-dialog').getByText('is missing or is not an address').waitFor();
    await page.getByTestId('opening-address').fill('0x0');
    await page.getByTestId('opening-machine').selectOption('s390x');
    await photograph('opening-said');
    const dialog = await new AxeBuilder({ page }).setLegacyMode().include('[data-testid="opening-dialog"]').analyze();
    expect(dialog.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id)).toEqual([]);
    await page.getByTestId('opening-open').click();
    await expect.poll(() => title.innerText()).toContain('memory.raw');
    await expect.poll(() => overview.innerText()).toContain('raw memory at given addresses');

    await choose(guest);
    await page.keyboard.press('Control+Shift+O');
    await page.getByTestId('opening-add').click();
    await choose(key);
    await page.getByTestId('opening-key').click();
    await expect.poll(() => page.getByTestId('opening-key-file').innerText()).toContain('guest.key');
    await page.getByTestId('opening-open').click();
    await expect.poll(() => title.innerText()).toContain('guest.elf');
    await expect.poll(() => overview.innerText()).toContain('sysrq');
    await photograph('opening-decrypted');
  });
});
