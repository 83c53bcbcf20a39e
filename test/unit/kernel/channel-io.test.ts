/** Subchannels, CCW devices and virtqueues on described memory: pairs, damage that gives less, and lists that lead back or have no end. */
import { describe, expect, it } from 'vitest';
import { channelIo } from '../../../src/analysis/kernel/analyses/channel-io.ts';
import { virtqueueTable } from '../../../src/analysis/kernel/analyses/virtqueues.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import {
  structs,
  page,
  places,
  imageBytes,
  circle,
  onBus,
  devicesOf,
  devOf,
  described,
  whole,
  empty,
  queue,
  answer,
  expectLess,
} from './described-channel-io.ts';

describe('channel I/O', () => {
  it('pairs subchannels with their devices', async () => {
    expect(await answer(channelIo, described())).toEqual({ rows: [whole, empty], missing: [] });
    expect(await answer(virtqueueTable, described())).toEqual({ rows: [queue], missing: [] });
  });

  it.each(Object.entries(places).flatMap(([name, at]) => [[name, 'with its page', at, page] as const, [name, 'alone', at, page - 8] as const]))(
    '%s set to zero %s gives less, never something else',
    async (_name, _how, at, bytes) => {
      // A page of zeros alone is taken for lost.
      const damaged = (): MemoryImage =>
        described()
          .u64(at + page - 8, 1)
          .fill(at, bytes, 0);
      const channels = await answer(channelIo, damaged());
      expectLess(channels.rows, [whole, empty]);
      const queues = await answer(virtqueueTable, damaged());
      expectLess(queues.rows, [queue]);
      const isWhole = JSON.stringify([channels.rows, queues.rows]) === JSON.stringify([[whole, empty], [queue]]);
      expect(isWhole || channels.missing.length + queues.missing.length > 0).toBe(true);
    },
  );

  it('names the device of a subchannel that is still being recognised, and the number where there is none', async () => {
    const memory = described();
    circle(memory, devicesOf(places.ccw));
    const numbered = await answer(channelIo, memory);
    const { subchannel, device } = numbered.rows[0] ?? {};
    expect({ subchannel, device, state: numbered.rows[0]?.state }).toEqual({ subchannel: '0.1.001f', device: '0.1.4711', state: undefined });
    structs.put(memory, devOf('subchannel', places.subchannel), 'device', { driver_data: 0x1_4000 });
    structs.put(memory, 0x1_4000, 'io_subchannel_private', { cdev: places.device });
    expect((await answer(channelIo, memory)).rows).toEqual([whole, empty]);
  });

  it('keeps devices whose subchannel is gone', async () => {
    const memory = described();
    circle(memory, devicesOf(places.css), onBus(places.emptyPlace));
    const { rows } = await answer(channelIo, memory);
    expect(rows.map((row) => [row.subchannel, row.device, row.state])).toEqual([
      ['0.0.0020', undefined, undefined],
      [undefined, '0.1.4711', 'online'],
    ]);
  });

  it('passes over a device that is being taken away', async () => {
    const memory = described();
    const list = BigInt(places.css + structs.offsetOf('subsys_private', 'klist_devices'));
    structs.put(memory, places.emptyPlace, 'device_private', { 'knode_bus.n_klist': list | 1n });
    expect(await answer(channelIo, memory)).toEqual({ rows: [whole], missing: [] });
  });

  it('takes neither a device of another place nor a private part of another device', async () => {
    const memory = described();
    structs.put(memory, devOf('subchannel', places.empty), 'device', { p: places.subchannelPlace });
    const { rows, missing } = await answer(channelIo, memory);
    expect(rows).toEqual([whole]);
    expect(missing).toEqual([expect.objectContaining({ what: 'devices of the bus css' })]);
    const other = structs.put(described(), places.own, 'ccw_device_private', { cdev: places.empty });
    expect(other).toBe(places.own);
    const strange = described();
    structs.put(strange, places.own, 'ccw_device_private', { cdev: places.empty });
    const found = await answer(channelIo, strange);
    expect(found.rows[0]?.state).toBeUndefined();
    expect(found.missing).toEqual([expect.objectContaining({ what: 'state of a CCW device' })]);
  });

  it('says that a bus is not there only where every bus has a name', async () => {
    const none = described();
    circle(none, places.kset + structs.offsetOf('kset', 'list'), places.virtio + structs.offsetOf('subsys_private', 'subsys.kobj.entry'));
    expect((await answer(channelIo, none)).missing[0]).toMatchObject({ what: 'the bus ccw', why: 'this kernel has none of that name' });
    const blank = described();
    structs.put(blank, places.css, 'subsys_private', { 'subsys.kobj.name': places.names + 0xf00 });
    const found = (await answer(channelIo, blank)).missing.find(({ what }) => what === 'the bus css');
    expect(found?.why).toContain('the name of 1 of them cannot be read');
  });

  it('gives no counters that do not fit into the ring', async () => {
    const memory = described();
    structs.put(memory, places.ring, 'vring_virtqueue', { 'split.avail_idx_shadow': 0x200 });
    const { rows, missing } = await answer(virtqueueTable, memory);
    expect(rows[0]?.outstanding).toBeUndefined();
    expect(missing).toEqual([expect.objectContaining({ what: 'counters of a virtqueue' })]);
  });

  it('ends on lists that lead back, and on one of a million entries', async () => {
    const loop = described();
    loop.u64(onBus(places.subchannelPlace), BigInt(onBus(places.subchannelPlace)));
    expect((await answer(channelIo, loop)).missing).toContainEqual(expect.objectContaining({ what: 'devices of the bus css' }));
    const buses = described();
    const entry = places.css + structs.offsetOf('subsys_private', 'subsys.kobj.entry');
    buses.u64(entry, BigInt(entry));
    expect((await answer(channelIo, buses)).rows).toEqual([whole, empty]);

    // Entries one after the other, all of one device; one more than a list can have.
    const step = 16;
    const many = (1 << 20) + 1;
    const from = 0x2_0000;
    const memory = new MemoryImage(from + (many + 1) * step + page, 'big');
    memory.write(0, described().read(0, imageBytes));
    const nodes = Array.from({ length: many }, (_, index) => from + index * step);
    const head = devicesOf(places.css);
    nodes.forEach((at, index) => {
      memory.u64(at, BigInt(nodes[index + 1] ?? head)).u64(at + 8, BigInt(nodes[index - 1] ?? head));
    });
    memory.u64(head, BigInt(from)).u64(head + 8, BigInt(nodes.at(-1) ?? head));
    const { rows, missing } = await answer(channelIo, memory);
    expect(rows.map(({ device }) => device)).toEqual(['0.1.4711']);
    expect(missing.length).toBeGreaterThan(1);
    expect(missing.length).toBeLessThan(100);
  });
});
