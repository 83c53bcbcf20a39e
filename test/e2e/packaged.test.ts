/**
 * The packaged application: electron-builder's dir target starts, opens a dump, and cannot be debugged. Its behaviour is observed through the files
 * it writes.
 */
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, expect, it, vi } from 'vitest';
import { startXvfb } from '../../scripts/display.mjs';
import { pinnedNode } from '../../scripts/node-runtime.mjs';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { cacheSchema } from '../../src/shared/cache-model.ts';
import { fleetProtocol, type FleetClient } from '../../src/shared/fleet-protocol.ts';
import { connect } from '../../src/shared/rpc.ts';
import { runInProcess } from '../cli-in-process.ts';
import { madePackages } from '../installed/made-packages.ts';
import { checkout } from './desk.ts';
import { describeNeeding } from '../requirements.ts';

const folder = mkdtempSync(join(tmpdir(), 'dumpbench-packaged-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** What the window has saved about the dumps that it opened. */
function recents(): readonly { readonly path: string; readonly title: string }[] {
  const path = join(folder, 'user', 'config.json');
  return existsSync(path) ? ((JSON.parse(readFileSync(path, 'utf8')) as { readonly recents?: [] }).recents ?? []) : [];
}

/** Indexes created by the window's engine, as seen by the command line. */
async function indexes(): Promise<readonly { readonly complete?: boolean | undefined }[]> {
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  const { out } = await runInProcess(['cache', '--json']);
  vi.unstubAllEnvs();
  return v.parse(cacheSchema, JSON.parse(out)).indexes;
}

/** The process of a fleet's catalogue from the package, without anything from the checkout. @param unpacked the program's folder */
function startFleetProcess(unpacked: string): { readonly client: FleetClient; readonly ended: Promise<unknown> } {
  const packaged = join(unpacked, 'resources', 'node', 'bin', 'node');
  const child = fork(join(unpacked, 'resources', 'app.asar.unpacked', 'out', 'engine', 'fleet-process.js'), [], {
    execPath: existsSync(packaged) ? packaged : pinnedNode(),
    execArgv: [],
    serialization: 'advanced',
    cwd: folder,
    env: { HOME: folder, PATH: process.env.PATH },
  });
  const client = connect(fleetProtocol, {
    post: (message) => void child.send(message as object),
    onMessage: (listener) => void child.on('message', listener),
    onClose: (listener) => void child.on('exit', () => listener('it ended')),
    close: () => child.disconnect(),
  });
  return { client, ended: once(child, 'exit') };
}

describeNeeding('window', 'the package', () => {
  it('contains what the window needs to open catalogues, in a folder and on a server', async () => {
    const { client, ended } = startFleetProcess((await madePackages(false)).unpacked);
    const catalogue = join(folder, 'catalogue');
    expect(await client.call('open', { where: catalogue })).toMatchObject({ outcome: 'failed', problem: 'schema' });
    expect(await client.call('open', { where: 'postgres://me@127.0.0.1:1/fleet' })).toMatchObject({ outcome: 'failed', problem: 'unreachable' });
    expect(await runInProcess(['fleet', 'init', '--catalogue', catalogue])).toMatchObject({ code: 0 });
    expect(await client.call('open', { where: catalogue })).toMatchObject({ outcome: 'open', kind: 'embedded' });
    expect(await client.call('overview', {})).toEqual({ dumps: 0, issues: 0, withoutIssue: 0, queued: 0 });
    // It is closed properly, and free for the next process.
    client.close();
    await ended;
    expect(readdirSync(catalogue)).toEqual(['database']);
  });

  it('is built as a folder, opens a dump, and cannot be debugged', async () => {
    const program = join((await madePackages(false)).unpacked, 'dumpbench');
    // The result must not depend on the build environment: React's development build mentions its tools.
    const assets = join(checkout, 'out', 'renderer', 'assets');
    const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
    expect(scripts.filter((name) => readFileSync(join(assets, name), 'utf8').includes('React DevTools'))).toEqual([]);
    expect(scripts).not.toEqual([]);
    const sample = join(folder, 'sample-damaged.s390');
    writeFileSync(sample, bundledSamples().find(({ name }) => name.includes('damaged'))!.bytes);
    const display = await startXvfb();
    const { ELECTRON_OVERRIDE_DIST_PATH: _, DUMPBENCH_NODE: __, ...environment } = process.env;
    const env = { ...environment, ...display.env, XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config') };
    const child = spawn(program, [...asRoot, `--user-data-dir=${join(folder, 'user')}`, '--', sample], { env, stdio: 'ignore' });
    try {
      await expect.poll(() => recents().map(({ path }) => path)).toEqual([sample]);
      expect(recents()[0]?.title).toMatch(/s390/);
      // The index needs SQLite's binding, unpacked from the archive.
      await expect.poll(async () => (await indexes()).map(({ complete }) => complete)).toEqual([true]);
      expect(child.exitCode).toBeNull();
      for (const wanted of ['--remote-debugging-port=0', '--remote-debugging-pipe', '--inspect=0']) {
        const refused = spawnSync(program, [...asRoot, wanted, `--user-data-dir=${join(folder, 'other')}`], { env, encoding: 'utf8' });
        expect(refused.status, refused.stderr).toBe(2);
        expect(refused.stderr).toMatch(/^dumpbench: --[a-z-]+ is not allowed: no other program may control Dumpbench/m);
        expect(refused.stderr).not.toContain('listening on');
      }
    } finally {
      child.kill();
      await display.stop();
    }
  });
});
