/** The catalogue of a fleet in the window: its issues and their notes, a dump that is opened at its location, and two that are compared. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openServer } from '../../src/fleet/database/server.ts';
import { initCatalogue, openCatalogue } from '../../src/fleet/index.ts';
import { placeSamples } from '../placed-samples.ts';
import { runInProcess } from '../cli-in-process.ts';
import { startPostgres, type PostgresServer } from '../fleet/postgres-server.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const scratch = scratchFolder();
process.env.XDG_CACHE_HOME = join(scratch, 'cache');
const catalogue = join(scratch, 'catalogue');
const dumps = join(scratch, 'dumps');
const crash = fileURLToPath(new URL('../dumps/c-null-kthread.kdump', import.meta.url));
const open = testDesk();

const hostile = '<img src=x onerror=alert(1)>\u202egnp.exe';

beforeAll(async () => {
  mkdirSync(dumps);
  placeSamples(dumps);
  copyFileSync(crash, join(dumps, 'vmcore'));
  const holder = await openCatalogue({ where: catalogue, command: 'fleet worker', signal: new AbortController().signal, make: true });
  try {
    await initCatalogue(holder, {});
    for (const words of [
      ['add', dumps],
      ['worker', '--until-empty'],
    ])
      expect(await runInProcess(['fleet', ...words, '--catalogue', catalogue])).toMatchObject({ code: 0 });
    // The samples record no crash location: here they are one issue, with made-up texts.
    await holder.run(`
      INSERT INTO dumpbench.issue (kind, signature, class, title, note, links) VALUES ('exact', 'hostile', 'bug', '${hostile}', '${hostile}', '{"javascript:alert(1)"}');
      UPDATE dumpbench.dump SET issue = (SELECT id FROM dumpbench.issue WHERE signature = 'hostile'), host = '${hostile}' WHERE issue IS NULL;`);
  } finally {
    await holder.close();
  }
});

describeNeeding('window', 'the fleet view', () => {
  it('shows issues, saves notes on them, opens a dump, and compares two', async () => {
    const { page, app, photograph } = await open([]);
    await page.getByTestId('rail-fleet').click();
    await page.getByTestId('fleet-where').fill(join(scratch, 'nowhere'));
    await page.getByTestId('fleet-connect').click();
    await page.getByTestId('fleet-failure').waitFor();
    expect(await page.getByTestId('fleet-failure').innerText()).toContain('holds no fleet catalogue yet: "dumpbench fleet init" makes one');
    await photograph('fleet-failure');

    await page.getByTestId('fleet-where').fill(catalogue);
    await page.getByTestId('fleet-connect').click();
    const issues = page.getByTestId('fleet-issues').getByRole('row');
    await expect.poll(() => issues.count()).toBe(3);
    expect(await page.getByTestId('fleet-overview').innerText()).toBe('3 dumps, 2 issues');
    expect(await page.getByTestId('status-network').innerText()).toContain('no network');
    await photograph('fleet-issues');

    // What a dump says is text.
    await issues.filter({ hasText: 'onerror' }).getByRole('button').click();
    await page.getByTestId('fleet-issue-title').waitFor();
    expect(await page.getByTestId('fleet-issue-title').innerText()).toBe('<img src=x onerror=alert(1)>\\u{202e}gnp.exe');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.getByTestId('fleet-link').count()).toBe(0);

    await page.getByTestId('fleet-issue-status').selectOption('open');
    await page.getByTestId('fleet-note').fill('seen <b>twice</b>');
    await page.getByTestId('fleet-note-save').click();
    await page.getByTestId('fleet-note-save').waitFor({ state: 'detached' });
    await page.getByTestId('fleet-new-link').fill('https://bugs.example/17');
    await page.getByTestId('fleet-add-link').click();
    await page.getByTestId('fleet-link').waitFor();
    await expect.poll(() => issues.filter({ hasText: 'onerror' }).innerText()).toContain('open');
    const said = await runInProcess(['fleet', 'issues', '--status', 'open', '--json', '--catalogue', catalogue]);
    expect(JSON.parse(said.out)).toMatchObject({ issues: [{ note: 'seen <b>twice</b>', links: ['javascript:alert(1)', 'https://bugs.example/17'] }] });

    // Nothing is opened without confirmation, and the question shows the address.
    await app.evaluate(({ dialog, shell }) => {
      const seen = globalThis as unknown as { asked: string[]; opened: string[] };
      seen.asked = [];
      seen.opened = [];
      dialog.showMessageBox = ((_window: unknown, { detail = '' }: { detail?: string }) => {
        seen.asked.push(detail);
        return Promise.resolve({ response: seen.asked.length === 1 ? 1 : 0, checkboxChecked: false });
      }) as unknown as typeof dialog.showMessageBox;
      shell.openExternal = (address) => {
        seen.opened.push(address);
        return Promise.resolve();
      };
    });
    await page.getByTestId('fleet-link').click();
    await page.getByTestId('fleet-link').click();
    await expect
      .poll(() => app.evaluate(() => globalThis as unknown as { asked: string[]; opened: string[] }).then(({ asked, opened }) => ({ asked, opened })))
      .toEqual({ asked: ['https://bugs.example/17', 'https://bugs.example/17'], opened: ['https://bugs.example/17'] });

    const choices = page.getByTestId('fleet-choose');
    await expect.poll(() => choices.count()).toBe(2);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
    for (const theme of ['dark', 'light']) {
      await app.evaluate(
        ({ BrowserWindow }, action) => BrowserWindow.getAllWindows()[0]?.webContents.send('shell-event', { event: 'action', action }),
        `theme.${theme}`,
      );
      await page.locator(`html[data-theme="${theme}"]`).waitFor();
      await photograph(`fleet-issue-${theme}`);
    }
    for (const at of [0, 1]) await choices.nth(at).check();
    await page.getByTestId('fleet-compare').click();
    await page.getByTestId('compare').filter({ visible: true }).waitFor();
    await page.getByTestId('compare-order').waitFor();
    await photograph('fleet-compare');

    await page.getByTestId('rail-fleet').click();
    await issues.filter({ hasNotText: 'onerror' }).last().getByRole('button').click();
    await page.getByTestId('fleet-open').filter({ hasText: 'vmcore' }).click();
    await page.getByTestId('dump-title').filter({ hasText: 'vmcore' }).waitFor();

    // In all dumps: each hit links to its bytes.
    await page.getByTestId('rail-fleet').click();
    await page.getByTestId('fleet-search').click();
    await page.getByTestId('fleet-search-pattern').fill('OSINFOSZ');
    await page.getByTestId('fleet-search-start').click();
    await page.getByTestId('fleet-search-status').getByText('in 3 dumps searched').waitFor();
    const hits = page.getByTestId('fleet-hits').getByRole('row').filter({ hasText: 'sample-damaged' });
    expect(await hits.count()).toBeGreaterThan(0);
    await photograph('fleet-search');
    const found = (await hits.first().getByRole('button').innerText()).trim();
    await hits.first().getByRole('button').click();
    await page.getByTestId('view-hex').filter({ visible: true }).waitFor();
    await expect.poll(async () => (await page.getByTestId('status-cursor').innerText()).replaceAll(/\s/g, '')).toContain(found.replace('0x', ''));

    await page.getByTestId('rail-fleet').click();
    await page.getByTestId('fleet-close').click();
    await page.getByTestId('fleet-choice').waitFor();
    expect(await page.getByTestId('fleet-choice').innerText()).toContain(catalogue);
  });

  it('stores no password, and names a server that rejects a connection without one, also from a utility process', async () => {
    const { page, folder, photograph } = await open([], { engineHost: 'utility' });
    await page.getByTestId('rail-fleet').click();
    await page.getByTestId('fleet-where').fill('postgres://me@127.0.0.1:1/fleet');
    await page.getByTestId('fleet-password').fill('s3cret-word');
    await page.getByTestId('fleet-connect').click();
    await page.getByTestId('fleet-failure').waitFor();
    const said = await page.getByTestId('fleet-failure').innerText();
    expect(said).toContain('postgres://me@127.0.0.1:1/fleet cannot be reached');
    expect(said).not.toContain('s3cret-word');
    expect(await page.getByTestId('fleet-password').inputValue()).toBe('');
    expect(await page.evaluate(() => Object.values(localStorage).join('\n'))).not.toContain('s3cret-word');
    await photograph('fleet-unreachable');
    expect(readFileSync(join(folder, 'user', 'config.json'), { encoding: 'utf8', flag: 'a+' })).not.toContain('s3cret-word');
  });
});

describeNeeding(['window', 'postgresql'], 'the fleet view on a server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = startPostgres();
    server.createDatabase('fleet');
    const made = openServer(server.url(), 3);
    await initCatalogue(made, {});
    await made.run("INSERT INTO dumpbench.issue (kind, signature, class, title) VALUES ('exact', 'x', 'bug', 'BUG at mm/slub.c:1')");
    await made.close();
    server.psql('CREATE ROLE reads LOGIN IN ROLE dumpbench_reader');
  });
  afterAll(() => {
    server.stop();
  });

  it('shows the connection, the server, and missing permissions, and reconnects when the server is back', async () => {
    const { page, photograph } = await open([]);
    await page.getByTestId('rail-fleet').click();
    await page.getByTestId('fleet-where').fill(server.url('reads'));
    await page.getByTestId('fleet-connect').click();
    await page.getByTestId('fleet-empty').waitFor();
    expect(await page.getByTestId('status-network').innerText()).toContain('connected to postgres://reads@');
    await photograph('fleet-empty');

    server.psql(
      `INSERT INTO dumpbench.dump (dump_key, identity, format, bytes, arch, class, contributing, title, frames, issue, health, verdict, tool)
       VALUES (repeat('a', 64), 'i', 's390', 1, 's390x', 'bug', '{}', 'BUG', '{}', 1, '{}', '{}', 'x')`,
      'fleet',
    );
    server.restart();
    await page.getByTestId('fleet-refresh').click();
    const issue = page.getByTestId('fleet-issues').getByRole('row').nth(1);
    await issue.getByRole('button').click();
    await page.getByTestId('fleet-issue-status').selectOption('fixed');
    await page.getByTestId('notice').getByText('lacks the privilege').waitFor();
    expect(await page.getByTestId('fleet-issue-status').inputValue()).toBe('new');
    await photograph('fleet-server');
    await page.getByTestId('fleet-close').click();
    expect(await page.getByTestId('status-network').innerText()).toContain('no network');
  });
});
