/** Files and folders that were chosen together: what is opened, and what is asked first. */
import { describe, expect, it } from 'vitest';
import { createGathering, leftOutText, volumesOf } from '../../../src/renderer/state/gathering.ts';
import { createStore } from '../../../src/renderer/state/store.ts';
import type { EngineStatus } from '../../../src/renderer/engine/engine-link.ts';
import type { Notice } from '../../../src/renderer/state/notice.ts';
import type { Gathered, GatherJson } from '../../../src/shared/gather-protocol.ts';
import { EngineFailure } from '../../../src/shared/rpc.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const dump = (path: string, parts?: string[]): Gathered => ({ path, title: 'ELF vmcore', bytes: 1, ...(parts === undefined ? {} : { parts }) });
const folder = (path: string, about: Partial<GatherJson['folders'][number]> = {}): GatherJson['folders'][number] => ({
  path,
  files: 0,
  noDumps: 0,
  unreadable: 0,
  folders: 0,
  unlisted: 0,
  ...about,
});

function desk(found: GatherJson | Error, folders: readonly string[] = []) {
  const status = createStore<EngineStatus>({ state: 'ready', generation: 1 });
  const opened: (readonly [string, readonly string[] | undefined])[] = [];
  const said: Notice[] = [];
  const told: unknown[] = [];
  let asked = 0;
  const gathering = createGathering({
    engine: {
      status,
      call: () => {
        asked += 1;
        return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
      },
    },
    shell: {
      call: ((_: string, { paths }: { paths: readonly string[] }) =>
        Promise.resolve({ files: paths.map((path) => (folders.includes(path) ? { folder: true } : {})) })) as never,
    },
    openOne: (path, volumes) => opened.push([path, volumes]),
    say: (notice) => said.push(notice),
    tell: (error) => told.push(error),
  });
  return { gathering, status, opened, said, told, asked: () => asked };
}

describe('files chosen together', () => {
  it('open at once if there is only one, without looking at others', async () => {
    const { gathering, opened, asked } = desk({ dumps: [], others: [], folders: [] });
    await gathering.open(['/a/one']);
    expect([opened, asked()]).toEqual([[['/a/one', undefined]], 0]);
  });

  it('open as one dump if they form a set, with those of other folders named, and keep their order', async () => {
    const set = dump('/a/part0', ['/a/part0', '/b/part1']);
    const { gathering, opened } = desk({ dumps: [set, dump('/a/two')], others: ['/a/letter'], folders: [] });
    await gathering.open(['/a/letter', '/a/part0', '/a/two', '/b/part1']);
    await settled();
    expect(opened).toEqual([
      ['/a/letter', undefined],
      ['/a/part0', ['/b/part1']],
      ['/a/two', undefined],
    ]);
    expect(volumesOf(dump('/a/part0', ['/a/part0', '/a/part1']))).toBeUndefined();
  });

  it('of a folder: the user is asked which dumps to open, a single dump opens, and an empty result is reported', async () => {
    const many = desk({ dumps: [dump('/a/1'), dump('/a/2')], others: [], folders: [folder('/a', { files: 2 })] }, ['/a']);
    await many.gathering.open(['/a']);
    await settled();
    expect([many.opened, many.gathering.state.get()?.kind]).toEqual([[], 'choice']);
    many.gathering.choose([dump('/a/2')]);
    expect([many.opened, many.gathering.state.get()]).toEqual([[['/a/2', undefined]], undefined]);
    const one = desk({ dumps: [dump('/a/1')], others: [], folders: [folder('/a', { files: 3, noDumps: 2 })] }, ['/a']);
    await one.gathering.open(['/a']);
    await settled();
    expect([one.opened.length, one.gathering.state.get()]).toEqual([1, undefined]);
    const none = desk({ dumps: [], others: [], folders: [folder('/x/a', { files: 2, noDumps: 2, folders: 1 })] }, ['/x/a']);
    await none.gathering.open(['/x/a']);
    await settled();
    expect(none.said).toEqual([{ tone: 'bad', text: 'No dump found in a: 2 files are not dumps; 1 subfolder was not searched.' }]);
  });

  it('wait for the engine, and can be cancelled', async () => {
    const { gathering, status, opened, asked } = desk({ dumps: [dump('/a/1'), dump('/a/2')], others: [], folders: [] });
    status.set({ state: 'starting', generation: 0 });
    await gathering.open(['/a/1', '/a/2']);
    await settled();
    expect([asked(), gathering.state.get()?.kind]).toEqual([0, 'looking']);
    gathering.dismiss();
    status.set({ state: 'ready', generation: 1 });
    await settled();
    expect([opened, gathering.state.get()]).toEqual([[], undefined]);
  });

  it('open one by one if the engine fails on them', async () => {
    const { gathering, opened, told } = desk(new EngineFailure('gone'));
    await gathering.open(['/a/1', '/a/2']);
    await settled();
    expect([opened.length, told]).toEqual([2, []]);
    const inFolder = desk(new EngineFailure('gone'), ['/a']);
    await inFolder.gathering.open(['/a']);
    await settled();
    expect([inFolder.opened.length, inFolder.told.length]).toEqual([0, 1]);
  });

  it('of a folder: the message says what is not in the list', () => {
    expect(leftOutText([folder('/a', { noDumps: 1, unreadable: 2, unlisted: 3 })])).toBe(
      '1 file is not a dump; 2 files cannot be read; 3 more files were not examined',
    );
    expect(leftOutText([folder('/a')])).toBe('');
  });
});
