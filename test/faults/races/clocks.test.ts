/** The clock of the machine jumps: what a process works on stays, nobody waits for ever, and an index that was made meanwhile is the same. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as v from 'valibot';
import { IndexBusy } from '../../../src/analysis/page-index/index-error.ts';
import { lockWriter } from '../../../src/analysis/page-index/index-lock.ts';
import { removeAbandoned } from '../../../src/files/other-cached.ts';
import { openOutput } from '../../../src/files/output-file.ts';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import { indexSchema } from '../../../src/shared/memory-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { contentOf } from '../../unit/page-index/pieced-dumps.ts';

const folder = scratchFolder();
const year = 365 * 24 * 3600 * 1000;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const jump = (milliseconds: number): void => {
  vi.setSystemTime(Date.now() + milliseconds);
};

async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe.each([
  ['forwards', year],
  ['backwards', -year],
])('a clock that jumps %s', (way, distance) => {
  it('takes nothing from a process that is using it, and eventually removes what one left', async () => {
    const place = join(folder, `parts-${way}`);
    mkdirSync(place);
    const digest = 'a'.repeat(64);
    const gone = await endedPid();
    const [own, left, output, others] = [
      `${digest}.dump.${process.ppid}.1.part`,
      `${digest}.dump.${gone}.1.part`,
      `.r.html.${'0'.repeat(16)}.${process.ppid}.part`,
      `.r.html.${'1'.repeat(16)}.${gone}.part`,
    ].map((name) => join(place, name));
    for (const path of [own, left, output, others]) writeFileSync(path ?? '', '');
    jump(distance);
    removeAbandoned(place);
    const exist = (): readonly boolean[] => [own, left, output, others].map((path) => existsSync(path ?? ''));
    expect(exist()).toEqual(distance > 0 ? [true, false, true, false] : [true, true, true, true]);
    // What has a time in the future goes as soon as the clock has caught up, or by a later run with the right time.
    vi.setSystemTime(new Date());
    vi.useRealTimers();
    const before = new Date(Date.now() - 120_000);
    for (const path of [own, left, output, others]) if (existsSync(path ?? '')) utimesSync(path ?? '', before, before);
    removeAbandoned(place);
    expect(exist()).toEqual([true, false, true, false]);
  });

  it('does not end an output that is being written, whatever another run removes', () => {
    const path = join(folder, `report-${way}.html`);
    const first = openOutput(path, { kind: 'report' });
    first.write(Buffer.from('first'));
    jump(distance);
    const second = openOutput(path, { kind: 'report' });
    second.abandon();
    first.finish();
    expect(existsSync(path)).toBe(true);
  });

  it('does not make anybody wait for a lock longer than requested, and releases it with its holder', async () => {
    const path = join(folder, `locked-${way}.sqlite`);
    const unlock = await lockWriter({ path });
    const waiting = lockWriter({ path, waitMilliseconds: 200, onWait: () => jump(distance) });
    await expect(waiting).rejects.toThrow(IndexBusy);
    unlock();
    (await lockWriter({ path, waitMilliseconds: 0 }))();
  });

  it('changes nothing in an index, which is used again or built again', async () => {
    process.env.XDG_CACHE_HOME = join(folder, `cache-${way}`);
    const dump = join(folder, `dump-${way}.s390`);
    writeFileSync(dump, bundledSamples()[1]?.bytes ?? '');
    const index = async (): Promise<{ readonly root: string | undefined; readonly content: unknown; readonly path: string }> => {
      const { code, out, err } = await runInProcess(['index', dump, '--digest', '--json']);
      expect(code, err).toBe(0);
      const { memoryRoot, indexPath } = v.parse(indexSchema, JSON.parse(out));
      return { root: memoryRoot, content: contentOf(indexPath), path: indexPath };
    };
    const first = await index();
    jump(distance);
    const second = await index();
    expect(second).toEqual(first);
    // Those used last stay, whatever the clock said then.
    expect(await runInProcess(['cache', 'prune', '--max', '1GiB'])).toMatchObject({ code: 0 });
    expect(existsSync(first.path)).toBe(true);
    const query = await runInProcess(['sql', dump, 'SELECT count(*) FROM page', '--json']);
    expect(query.code, query.err).toBe(0);
    // Where the file seems to be changed in the future, its times prove nothing.
    expect(query.err.includes('unconfirmed')).toBe(distance < 0);
  });
});
