/** The unit of a worker: what systemd says of it, and its ExecStart as it stands, with the command line under test in the place of the installed one. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runInProcess } from '../../cli-in-process.ts';
import { runCliProcess } from '../../cli-process.ts';
import { startWorker } from '../../fleet/worker-process.ts';
import { tinyDump } from '../../fleet/tiny-dumps.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const scratch = scratchFolder();
process.env.XDG_CACHE_HOME = join(scratch, 'cache');
const unit = fileURLToPath(new URL('../../../resources/systemd/dumpbench-worker.service', import.meta.url));
const lines = readFileSync(unit, 'utf8').split('\n');
const valueOf = (name: string): string => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';

describeNeeding('systemd', 'the unit', () => {
  it('systemd finds nothing wrong with it', () => {
    // Of this machine is only what the unit does not bring: the program and the user.
    const copy = join(scratch, 'dumpbench-worker.service');
    const program = valueOf('ExecStart').split(' ')[0] ?? '';
    writeFileSync(copy, lines.join('\n').replace(program, process.execPath).replace('User=dumpbench', 'User=root'));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', copy], { encoding: 'utf8' });
    expect([status, stderr.split('\n').filter((line) => line.includes('dumpbench-worker'))]).toEqual([0, []]);
  });
});

it('its ExecStart works on a catalogue that its environment names, and ends with 0 when it is stopped', async () => {
  const catalogue = join(scratch, 'catalogue');
  const dump = join(scratch, 'dump');
  writeFileSync(dump, tinyDump(3));
  expect(await runInProcess(['fleet', 'init', '--catalogue', catalogue])).toMatchObject({ code: 0 });
  expect(await runInProcess(['fleet', 'add', dump, '--catalogue', catalogue])).toMatchObject({ code: 0 });
  const [program, ...words] = valueOf('ExecStart').split(' ');
  expect(program).toBe('/usr/bin/dumpbench');
  const worker = startWorker({ words, cache: join(scratch, 'worker-cache'), env: { DUMPBENCH_FLEET_URL: catalogue } });
  await expect.poll(worker.said, { timeout: 600_000 }).toContain(': new: ');
  const status = await runCliProcess(['fleet', 'status', '--catalogue', catalogue]);
  expect(status.out).toContain(`process ${worker.pid}, `);
  worker.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
});
