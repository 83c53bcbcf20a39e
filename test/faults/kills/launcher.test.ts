/** The Node that bin/dumpbench.mjs runs on may be too old, and then it starts another one: SIGKILL of the first, which passes nothing on, ends the second too. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runInProcess } from '../../cli-in-process.ts';
import { endWorkers, startWorker } from '../../fleet/worker-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const scratch = scratchFolder();
const catalogue = join(scratch, 'catalogue');
process.env.XDG_CACHE_HOME = join(scratch, 'cache');
afterAll(endWorkers);

const childrenOf = (parent: number): readonly number[] =>
  readdirSync('/proc').flatMap((name) => {
    try {
      return new RegExp(`^PPid:\\s+${parent}$`, 'm').test(readFileSync(`/proc/${name}/status`, 'latin1')) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
/** A process that ended stays in the list where nobody asks for its exit code. */
const lives = (pid: number): boolean => {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
};

describe.runIf(process.platform === 'linux')('a launcher', () => {
  it('that is killed takes the worker that it started with it', async () => {
    expect(await runInProcess(['fleet', 'init', '--catalogue', catalogue])).toMatchObject({ code: 0 });
    const runtime = new URL('../../../scripts/node-runtime.mjs', import.meta.url).href;
    const script = join(scratch, 'launcher.mjs');
    writeFileSync(script, `import { launch } from '${runtime}';\nprocess.exitCode = await launch(process.argv[2], process.argv.slice(3));\n`);
    const launcher = startWorker({
      words: ['fleet', 'worker', '--catalogue', catalogue],
      cache: join(scratch, 'cache'),
      before: [process.execPath, script],
    });
    const socket = join(catalogue, '.s.PGSQL.5432');
    await expect.poll(() => existsSync(socket), { timeout: 300_000 }).toBe(true);
    const [worker = 0] = childrenOf(launcher.pid);
    expect(lives(worker)).toBe(true);
    expect(readFileSync(`/proc/${worker}/environ`, 'latin1')).toContain(`DUMPBENCH_LAUNCHER=${launcher.pid}`);
    launcher.kill('SIGKILL');
    await expect.poll(() => lives(worker), { timeout: 300_000 }).toBe(false);
    // It has put things in order, as after SIGTERM.
    expect(existsSync(socket)).toBe(false);
    expect(await runInProcess(['fleet', 'status', '--catalogue', catalogue])).toMatchObject({ code: 0 });
  });
});
