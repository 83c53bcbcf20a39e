/** `dumpbench search` from the command line's side: options, restrictions, refusals. */
import { beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { searchSchema } from '../../../src/shared/search-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const folder = scratchFolder();
const files = commandFiles(folder);
process.env.XDG_CACHE_HOME = folder;

async function json(...args: readonly string[]) {
  const { code, out, err } = await runInProcess(['search', ...args, '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return v.parse(searchSchema, JSON.parse(out));
}

describe('search', () => {
  it('finds os_info where the lowcore points to, and nothing outside of a range', async () => {
    const { hits } = await json(files.healthy, 'OSINFOSZ');
    expect(hits.map(({ address, match }) => [address, match])).toEqual([['0x1c8000', '4f53494e464f535a']]);
    const pointer = await json(files.healthy, '0x1c8000', '--type', 'u64', '--range', '0-0x2000');
    expect(pointer.endian).toBe('big');
    expect(pointer.hits.map(({ address }) => address)).toContain('0xe18');
    expect((await json(files.healthy, 'OSINFOSZ', '--range', '0x1c8001-0x200000')).hits).toEqual([]);
    // A hit lies in the range with all its bytes.
    expect((await json(files.healthy, 'OSINFOSZ', '--range', '0x1c8000-0x1c8007')).hits).toEqual([]);
    expect((await json(files.healthy, 'OSINFOSZ', '--range', '0x1c8000-0x1c8008')).hits.length).toBe(1);
    expect((await json(files.healthy, 'osinfosz', '--ignore-case')).hits.length).toBe(1);
  });

  it('says where in the file a hit is, so that the bytes can be read there', async () => {
    const { hits } = await json(files.healthy, 'OSINFOSZ');
    const raw = await runInProcess(['read', files.healthy, `file:${hits[0]?.fileOffset ?? -1}`, '8', '--raw']);
    expect(Buffer.from(raw.bytes).toString()).toBe('OSINFOSZ');
  });

  it('prints a line a hit, and how much was searched', async () => {
    const { out, err } = await runInProcess(['search', files.healthy, 'OSINFO..', '--type', 'regex']);
    expect(out).toMatch(/^0x1c8000 .*OSINFOSZ/);
    expect(err).toMatch(/^1 hit in /);
  });

  it('stops at the limit and says so', async () => {
    const few = await json(files.healthy, '00', '--type', 'bytes', '--limit', '3', '--align', '0x1000');
    expect(few.truncated).toBe(true);
    expect(few.hits.length).toBe(3);
    const { err } = await runInProcess(['search', files.healthy, '00', '--type', 'bytes', '--limit', '3']);
    expect(err).toContain('--limit');
  });

  describe('by class', () => {
    beforeAll(async () => {
      expect((await runInProcess(['index', files.damaged, '--quiet'])).code).toBe(0);
    });
    it('needs the index, and says so', async () => {
      const { code, out, err } = await runInProcess(['search', files.healthy, 'OSINFOSZ', '--class', 'data']);
      expect({ code, out }).toEqual({ code: 3, out: '' });
      expect(err).toMatch(/no page index/);
    });
    it('finds in pages of the class what the index says is there', async () => {
      const all = await json(files.damaged, 'OSINFOSZ');
      const [hit] = all.hits;
      expect(hit).toBeDefined();
      const page = Number(hit!.address) / 4096;
      const { out } = await runInProcess(['sql', files.damaged, `SELECT class FROM page_at(${Math.floor(page)})`, '--json']);
      const [[own]] = (JSON.parse(out) as { rows: [[string]] }).rows;
      for (const name of ['zero', 'fill', 'text', 'code', 'pointers', 'entropy', 'data'])
        expect((await json(files.damaged, 'OSINFOSZ', '--class', name)).hits.length, name).toBe(name === own ? 1 : 0);
    });
  });

  it.each([
    [['--type', 'words'], /--type: "words" is not one of bytes, text/],
    [['--state', 'missing'], /--state: "missing" is not one of present, zero/],
    [['--class', 'poetry'], /--class/],
    [['--endian', 'middle'], /--endian/],
    [['--range', '0x10'], /--range/],
    [['--range', '0x20-0x10'], /--range: .* is empty/],
    [['--limit', '1e9'], /--limit/],
    [['--align', '0'], /--align/],
    [['--type', 'regex'], /Invalid regular expression/],
  ] as const)('refuses %j as wrong usage', async (options, message) => {
    const { code, err } = await runInProcess(['search', files.healthy, '(', ...options]);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  it('ends within moments when it is cancelled', async () => {
    const abort = new AbortController();
    abort.abort();
    expect((await runInProcess(['search', files.healthy, 'x'], { signal: abort.signal })).code).toBe(130);
  });
});
