/** Requests of block devices on described memory: what is in flight, damage that gives less, altered tags and lists that lead back. */
import { describe, expect, it } from 'vitest';
import { blockDevices } from '../../../src/analysis/kernel/analyses/block-devices.ts';
import { blockRequests } from '../../../src/analysis/kernel/analyses/block-requests.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { structs, places, described, answer, write, read, device } from './described-block-requests.ts';

describe('block requests', () => {
  it('hold a tag: with the driver or on a list, with their file and who waits for it', async () => {
    expect(await answer(blockRequests, described())).toEqual({
      rows: [write, read],
      note: '2 requests hold a tag, 1 of them with the driver; 1 block device that takes requests was looked at.',
      missing: [],
      complete: true,
    });
    expect(await answer(blockDevices, described())).toEqual({ rows: [device], missing: [], complete: true });
  });

  it('are none where no tag is taken, and the note says on how many devices', async () => {
    const memory = described();
    structs.put(memory, places.words, 'sbitmap_word', { word: 0 });
    expect(await answer(blockRequests, memory)).toEqual({
      rows: [],
      note: 'No request is in flight on 1 block device that takes requests.',
      missing: [],
      complete: true,
    });
  });

  it('are those of the queue and of the tag that leads to them', async () => {
    for (const values of [{ q: places.queue + 8 }, { tag: 4 }, { mq_hctx: places.context + 8 }]) {
      const memory = described();
      structs.put(memory, places.request, 'request', values);
      expect((await answer(blockRequests, memory)).rows).toEqual([read]);
    }
  });

  it('belong to the set of a scheduler until they get a tag of the driver', async () => {
    const memory = described();
    structs.put(memory, places.context, 'blk_mq_hw_ctx', { sched_tags: places.tags });
    structs.put(memory, places.tags, 'blk_mq_tags', { rqs: places.table + 0x200, static_rqs: places.table });
    memory.u64(places.table + 0x200 + 5 * 8, BigInt(places.second));
    structs.put(memory, places.request, 'request', { internal_tag: 3, tag: -1, state: 0 });
    structs.put(memory, places.second, 'request', { internal_tag: 5 });
    const { rows } = await answer(blockRequests, memory);
    expect(rows.map(({ tag, schedulerTag, state }) => [tag, schedulerTag, state])).toEqual([
      [undefined, 3, 'idle'],
      [5, 5, 'idle'],
    ]);
  });

  it.each(Object.entries(places))('%s set to zero gives less, never something else', async (_name, at) => {
    for (const [analysis, whole] of [
      [blockRequests, [write, read]],
      [blockDevices, [device]],
    ] as const) {
      const size = at >= 0x1_0000 ? 0x4000 : at < 0x1100 ? 0x100 : 0x100;
      const { rows, missing, note } = await answer(analysis, described().fill(at, size, 0));
      for (const row of rows) {
        const before: RowJson = whole.find((one) => !('request' in one) || one.request === row.request) ?? {};
        // What a zero is of the queue's own state cannot be determined from a queue that does not have it; fewer requests are fewer.
        for (const [key, value] of Object.entries(row))
          if (!['flags', 'held', 'inFlight'].includes(key) && value !== 0 && value !== '')
            expect(key === 'file' ? String(before.file).includes(String(value).slice(0, 8)) : value === before[key], `${key}: ${String(value)}`).toBe(true);
      }
      if (rows.length < whole.length && analysis === blockRequests && note?.startsWith('No request') === true) expect(at).toBe(places.words);
      if (rows.length === 0 && at !== places.words) expect(missing.length).toBeGreaterThan(0);
    }
  });

  it('end on lists that lead back and on impossible sets', async () => {
    const dispatch = places.second + structs.offsetOf('request', 'queuelist');
    const circle = described().u64(dispatch, BigInt(dispatch));
    expect((await answer(blockRequests, circle)).missing.length).toBeGreaterThan(0);
    const bios = described();
    structs.put(bios, places.bio, 'bio', { bi_next: places.bio });
    expect((await answer(blockRequests, bios)).missing).toEqual([expect.objectContaining({ what: 'bios of a request' })]);
    const huge = described();
    structs.put(huge, places.tags, 'blk_mq_tags', { nr_tags: 0x7fff_ffff });
    expect(await answer(blockRequests, huge)).toMatchObject({ rows: [], complete: false });
    const classes = places.device + structs.offsetOf('device_private', 'knode_class.n_node');
    const led = await answer(blockRequests, described().u64(classes, BigInt(classes)));
    // The inodes of block devices have the disk too.
    expect(led.rows).toEqual([write, read]);
    expect(led.complete).toBe(false);
  });
});
