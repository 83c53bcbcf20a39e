/** The real Chromium sandbox as an unprivileged user, and the window in a network namespace without routes. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { _electron } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startXvfb } from '../../scripts/display.mjs';
import { ensureElectron } from '../../scripts/electron-runtime.mjs';
import { pinnedNode } from '../../scripts/node-runtime.mjs';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { checkout } from './desk.ts';
import { describeNeeding } from '../requirements.ts';

const nobody = 65534;
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'dumpbench-confined-'));
const sample = join(folder, 'sample-healthy.vmcore');

const asNobody = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups'];
const runs = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).status === 0;

beforeAll(() => {
  chmodSync(folder, 0o755);
  const bytes = bundledSamples().find(({ name }) => name.includes('healthy'))!.bytes;
  writeFileSync(sample, bytes);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describeNeeding(['window', 'confinement'], 'confinement', () => {
  it('runs in the real sandbox as an unprivileged user', async ({ skip }) => {
    skip(!runs('setpriv', ...asNobody, 'true'), 'only root can become another user');
    // Chromium's sandbox needs a user namespace; a chroot and some containers do not allow one.
    skip(!runs('setpriv', ...asNobody, 'unshare', '--user', 'true'), 'unprivileged users cannot make a user namespace here');
    skip(!runs('setpriv', ...asNobody, 'test', '-r', join(checkout, 'package.json')), 'the checkout lies where other users cannot read it');
    const official = await ensureElectron({ log: () => undefined });
    // The runtime may be in root's private cache folder; hard links cost nothing.
    const runtime = join(folder, 'runtime');
    if (spawnSync('cp', ['-al', official.distPath, runtime]).status !== 0) execFileSync('cp', ['-r', official.distPath, runtime]);
    const home = join(folder, 'home');
    mkdirSync(home);
    chownSync(home, nobody, nobody);
    const wrapper = join(folder, 'electron-as-nobody');
    writeFileSync(wrapper, `#!/bin/sh\nexec setpriv ${asNobody.join(' ')} '${join(runtime, 'electron')}' "$@"\n`);
    chmodSync(wrapper, 0o755);
    const display = await startXvfb({ uid: nobody });
    const environment = Object.fromEntries(
      Object.entries({ ...process.env, ...display.env }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const app = await _electron.launch({
      executablePath: wrapper,
      args: [checkout, `--user-data-dir=${join(home, 'user')}`, '--', sample],
      chromiumSandbox: true,
      env: { ...environment, HOME: home, XDG_CACHE_HOME: join(home, 'cache'), XDG_CONFIG_HOME: join(home, 'config'), DUMPBENCH_NODE: pinnedNode() },
    });
    try {
      const page = await app.firstWindow();
      await page.getByTestId('dump-title').getByText('sample-healthy.vmcore').waitFor();
      expect(app.process().spawnargs).not.toContain('--no-sandbox');
      const renderer = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId());
      const status = readFileSync(`/proc/${renderer}/status`, 'utf8');
      // 2: system calls are filtered; and the process has its own user namespace.
      expect(/^Seccomp:\s+(\d)/m.exec(status)?.[1]).toBe('2');
      expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe(String(nobody));
    } finally {
      await app.close();
      await display.stop();
    }
  });

  it('needs no network: it works in a namespace that has no route', async ({ skip }) => {
    skip(!runs('unshare', '--net', 'true'), 'a network namespace cannot be made here');
    // Loopback must be up: Playwright itself talks to the window through it.
    const loopbackUp = [
      'import fcntl, os, socket, struct, sys',
      's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)',
      "request = struct.pack('16sh', b'lo', 0x1 | 0x40)",
      'fcntl.ioctl(s, 0x8914, request)',
      'os.execvp(sys.argv[1], sys.argv[1:])',
    ].join('\n');
    const script = join(dirname(fileURLToPath(import.meta.url)), 'confined.mts');
    const { stdout } = await run('unshare', ['--net', 'python3', '-c', loopbackUp, process.execPath, script, sample]);
    const shown = JSON.parse(stdout) as { title: string; health: string; interfaces: string[] };
    expect(shown.title).toContain('sample-healthy.vmcore');
    expect(shown.health).toMatch(/passed/);
    expect(shown.interfaces).toEqual(['lo']);
  });
});
