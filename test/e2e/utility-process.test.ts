/** The engine in Electron's utility process, with the same suite as in the other hosts. The available runtime may lack SQLite. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { startXvfb } from '../../scripts/display.mjs';
import { ensureElectron } from '../../scripts/electron-runtime.mjs';
import { describeEngine } from '../engine-conformance.ts';
import { engineBehind } from '../engine-hosts.ts';
import { checkout } from './desk.ts';
import { describeNeeding } from '../requirements.ts';

describeNeeding('window', 'in Electron', () => {
  let runtime: Awaited<ReturnType<typeof ensureElectron>>;
  let display: Awaited<ReturnType<typeof startXvfb>>;
  const folder = mkdtempSync(join(tmpdir(), 'dumpbench-utility-'));
  beforeAll(async () => {
    runtime = await ensureElectron({ log: () => undefined });
    display = await startXvfb();
  });
  afterAll(async () => {
    await display.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const relay = fileURLToPath(new URL('./utility-relay', import.meta.url));
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  let started = 0;
  describeEngine({
    name: 'utility process',
    start: () =>
      engineBehind(
        spawn(runtime.executable, [relay, ...asRoot, `--user-data-dir=${join(folder, `user${(started += 1)}`)}`], {
          stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
          serialization: 'advanced',
          env: { ...process.env, ...display.env, DUMPBENCH_RELAYED_ENGINE: join(checkout, 'out', 'engine', 'utility-process.js') },
        }),
      ),
  });
});
