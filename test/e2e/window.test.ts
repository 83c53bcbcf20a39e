/** The window on real Electron: the first steps of a user, and what must never break it. */
import { existsSync, openSync, closeSync, ftruncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { placeSamples } from '../placed-samples.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import type { Desk, DeskOptions } from './desk.ts';
import { enginePid } from './engine-process.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
let samples: { healthy: string; damaged: string };
const openOne = testDesk();

/** A stand-alone dump of 256 GiB, nearly all of it a hole: its scan takes minutes on any machine, unless it is cancelled. */
function largeDump(path: string): void {
  const size = 256n << 30n;
  const bytes = Buffer.from(buildCase('system healthy state=disabled-wait\nformat s390 producer=zipl\n'));
  bytes.writeBigUInt64BE(size, 0x18);
  const file = openSync(path, 'w');
  writeSync(file, bytes, 0, bytes.length - 16, 0);
  ftruncateSync(file, Number(size) + 4096);
  writeSync(file, bytes, bytes.length - 16, 16, Number(size) + 4096);
  closeSync(file);
}

async function open(paths: readonly string[], options: DeskOptions = {}): Promise<Desk> {
  const desk = await openOne(paths, options);
  return desk;
}

beforeAll(() => {
  samples = placeSamples(folder);
});

describeNeeding('window', 'the window', () => {
  it('shows the triage of a sample and jumps from a finding to its bytes', async () => {
    const { page } = await open([samples.damaged]);
    await page.getByTestId('dump-title').getByText('sample-damaged.s390').waitFor();
    await expect.poll(() => page.getByTestId('health').innerText()).toMatch(/failed/);
    await page.getByTestId('verdict').waitFor();
    await expect.poll(() => page.getByTestId('verdict-title').innerText()).toBe('Crash requested by sysrq');
    expect(await page.getByTestId('verdict-class').innerText()).toBe('requested');
    const why = page.getByTestId('verdict-why');
    await why.locator('summary').click();
    await why.getByText('Evidence', { exact: true }).first().waitFor();
    // For a crashed system, the crash location replaces the prefixes.
    await expect.poll(() => page.getByTestId('cpu-table').innerText()).toContain('sysrq_handle_crash');
    // The check that reads the crashkernel memory comes from a background job.
    const findings = page.getByTestId('findings');
    await findings.getByText('The loaded kdump kernel does not match its digest').waitFor();
    await findings
      .getByText(/^absolute:0x0*410000/)
      .first()
      .click();
    const grid = page.getByTestId('hex-grid').filter({ visible: true });
    await grid.waitFor();
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('410000');
  });

  it.skipIf(!haveDump('o-s390-s1-qemu.elf'))('shows the facts of a real dump', async () => {
    const path = await dumpFile('o-s390-s1-qemu.elf');
    const { page } = await open([path]);
    const overview = page.getByTestId('view-overview');
    await overview.getByText('6.1.192-kdumptest').first().waitFor();
    await expect.poll(() => overview.innerText()).toContain('384 MiB');
    const cpus = await page.getByTestId('cpu-table').innerText();
    for (const prefix of ['0x00c5a000', '0x00c5c000', '0x00c5e000']) expect(cpus).toContain(prefix);
    expect(existsSync(`${path}.sqlite`)).toBe(false);
  });

  it('goes to an address and shows its bytes', async () => {
    const { page } = await open([samples.healthy]);
    await page.getByTestId('dump-title').waitFor();
    await page.keyboard.press('Control+g');
    await page.getByTestId('go-to').fill('absolute:0x1c8000');
    await page.keyboard.press('Enter');
    const grid = page.getByTestId('hex-grid');
    await grid.waitFor();
    // "OSINFOSZ" as it is in memory.
    await grid
      .getByText(/4f 53 49 4e 46 4f 53 5a/)
      .first()
      .waitFor();
  });

  it('says what is wrong with a file that is not a dump, and continues', async () => {
    const broken = join(folder, 'broken.elf');
    writeFileSync(broken, Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]), Buffer.alloc(100)]));
    const { page } = await open([broken]);
    await page.getByTestId('error-page').first().waitFor();
    const text = await page.getByTestId('error-page').first().innerText();
    expect(text).toContain('broken.elf');
    expect(text).toMatch(/32-bit/);
  });

  it('cancels a job', async () => {
    const large = join(folder, 'large.s390');
    largeDump(large);
    const { page } = await open([large]);
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-jobs').click();
    const cancel = page.getByTestId('job-cancel').first();
    await cancel.click();
    await page
      .getByTestId('view-jobs')
      .getByText(/cancelled/i)
      .first()
      .waitFor();
  });

  it('survives a killed engine: reports it, restarts it, and is back at the same cursor', async () => {
    const desk = await open([samples.healthy]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.keyboard.press('Control+g');
    await page.getByTestId('go-to').fill('absolute:0x1c8000');
    await page.keyboard.press('Enter');
    const bytes = page
      .getByTestId('hex-grid')
      .getByText(/4f 53 49 4e/)
      .first();
    await bytes.waitFor();
    process.kill(enginePid(desk), 'SIGKILL');
    await page.getByTestId('engine-banner').waitFor();
    await page.getByTestId('engine-banner').waitFor({ state: 'detached' });
    await page.getByTestId('status-cursor').getByText('1c8000').waitFor();
    await bytes.waitFor();
    // The new engine reads what the old one had not read.
    await page.keyboard.press('Control+g');
    await page.getByTestId('go-to').fill('file:0');
    await page.keyboard.press('Enter');
    await page
      .getByTestId('hex-grid')
      .getByText(/7f 45 4c 46/)
      .first()
      .waitFor();
    await page.getByTestId('rail-overview').click();
    await page.getByTestId('dump-title').getByText('sample-healthy.vmcore').waitFor();
  });

  it('also runs the engine in a utility process; without SQLite the facts are still shown', async () => {
    const { page } = await open([samples.damaged], { engineHost: 'utility' });
    await page.getByTestId('dump-title').getByText('sample-damaged.s390').waitFor();
    await page.getByTestId('cpu-table').waitFor();
  });

  it('is closed to everything except its own page', async () => {
    const { page, app } = await open([samples.healthy]);
    await page.getByTestId('dump-title').waitFor();
    expect(page.url()).toMatch(/^app:\/\/dumpbench\//);
    const inside = await page.evaluate(async () => {
      const fetched = await fetch('https://example.org/').then(
        () => 'reached',
        () => 'refused',
      );
      const opened = window.open('https://example.org/') === null ? 'refused' : 'opened';
      const outside = await fetch('app://dumpbench/../../package.json').then((response) => response.status);
      location.href = 'https://example.org/';
      const permission = await navigator.permissions.query({ name: 'geolocation' }).then((status) => status.state);
      return {
        fetched,
        opened,
        outside,
        permission,
        node: typeof (window as unknown as { require?: unknown }).require,
        bridge: Object.keys((window as unknown as { dumpbench: object }).dumpbench).sort(),
      };
    });
    expect(inside).toEqual({
      fetched: 'refused',
      opened: 'refused',
      outside: 404,
      permission: 'denied',
      node: 'undefined',
      bridge: ['call', 'onEvent', 'pathOf'],
    });
    expect(page.url()).toMatch(/^app:\/\/dumpbench\//);
    const policy = await page.evaluate(async () => (await fetch('app://dumpbench/')).headers.get('content-security-policy'));
    expect(policy).toContain("script-src 'self'");
    const refused = await page.evaluate(async () => {
      const bridge = (window as unknown as { dumpbench: { call: (method: string, params: unknown) => Promise<unknown> } }).dumpbench;
      const say = (promise: Promise<unknown>): Promise<string> =>
        promise.then(
          () => 'accepted',
          (error: unknown) => String(error),
        );
      return { unknown: await say(bridge.call('constructor', {})), shape: await say(bridge.call('setTheme', { theme: 'pink' })) };
    });
    expect(refused.unknown).toContain('no such method');
    expect(refused.shape).toContain('setTheme');
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });
});
