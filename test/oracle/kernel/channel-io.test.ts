/**
 * Channel I/O and virtqueues against what guests said: sysfs as lscss reads it and the kernel's own accessors (`lscss.txt` and `channels.txt` of
 * test/corpus), what the kernel noted when it recognised its devices (s390dbf), and the requests that block layers had in flight.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { analysesOf } from '../../../src/analysis/engine/kernel/analyses.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const scan = { signal: new AbortController().signal, progress: () => undefined };
interface Tables {
  readonly channels: readonly RowJson[];
  readonly queues: readonly RowJson[];
  readonly missing: readonly unknown[];
}
async function tablesOf(opened: Session): Promise<Tables> {
  const session = opened.twoSystems === undefined ? opened : opened.inView('prod');
  const [channels, queues] = await analysesOf(session, [{ id: 'channel-io' }, { id: 'virtqueues' }], scan);
  return { channels: channels?.rows ?? [], queues: queues?.rows ?? [], missing: [...(channels?.missing ?? []), ...(queues?.missing ?? [])] };
}

/** "name=value" of a line. */
const fieldsOf = (line: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...line.matchAll(/(\S+?)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]));
const byte = (value: unknown): string => String(value).slice(2).padStart(2, '0');
const types: Readonly<Record<string, string>> = { 'I/O': '0', CHSC: '1', message: '2', EADM: '3' };
/** drivers/s390/cio/device.h. */
const states = ['not oper', 'sense id', 'offline', 'verify', 'online', 'w4sense', 'disband pgid', 'boxed'];

/** A subchannel as /sys/bus/css/devices shows it. */
const sysfsSubchannel = (row: RowJson): string =>
  [
    ...[`css ${String(row.subchannel)}`, `type=${types[String(row.type)] ?? '?'}`, `chpids=${String(row.chpids).replaceAll('--', '00').replaceAll(' ', ',')}`],
    ...[`pimpampom=${byte(row.pim)},${byte(row.pam)},${byte(row.pom)}`, `vpm=${byte(row.vpm)}`, `dev_busid=${String(row.device ?? 'none')}`],
    ...[`modalias=css:t${types[String(row.type)] ?? '?'}`, `driver=${String(row.subchannelDriver)}`],
  ].join(' ');

/** A CCW device as /sys/bus/ccw/devices shows it. */
function sysfsDevice(row: RowJson): string {
  const [type = '', model = ''] = String(row.controlUnit).split('/');
  return [
    ...[`ccw ${String(row.device)}`, `parent=${String(row.subchannel)}`, `devtype=${String(row.deviceType ?? 'n/a')}`, `cutype=${String(row.controlUnit)}`],
    ...[`modalias=ccw:t${type}m${model}dtdm`, `online=${row.online === true ? '1' : '0'}`, 'availability=good'],
    ...(row.driver === undefined ? [] : [`driver=${String(row.driver)}`]),
  ].join(' ');
}

/** Fields of the module's line that a row states; `timer` apart, since time went on. */
function stated(row: RowJson): Readonly<Record<string, string>> {
  const word = BigInt(String(row.scsw));
  const bits = (from: number, count: number): string => ((word >> BigInt(96 - from - count)) & ((1n << BigInt(count)) - 1n)).toString(16);
  return {
    device: String(row.device),
    at: String(row.deviceAt).slice(2).padStart(16, '0'),
    subchannel: String(row.subchannel),
    schat: String(row.subchannelAt).slice(2).padStart(16, '0'),
    state: String(states.indexOf(String(row.state))),
    online: row.online === true ? '1' : '0',
    intparm: String(row.intparm).slice(2),
    st: types[String(row.type)] ?? '?',
    lpm: byte(row.lpm),
    vpm: byte(row.vpm),
    opm: byte(row.opm),
    ena: row.enabled === true ? '1' : '0',
    pisc: String(row.isc),
    pnom: byte(row.notOperational),
    lpum: byte(row.lastUsed),
    pim: byte(row.pim),
    pam: byte(row.pam),
    pom: byte(row.pom),
    cpa: String(row.program).slice(2),
    scsw: String(row.scsw).slice(2),
    fctl: bits(17, 3),
    actl: bits(20, 7),
    stctl: bits(27, 5),
    dstat: bits(64, 8),
    cstat: bits(72, 8),
    ...(row.below === undefined ? {} : { virtio: String(row.below) }),
  };
}

/** Names of the bits that a field of the status word has, by include/asm/scsw.h of the guest's kernel. */
const named = {
  functions: ['fctl', { 4: 'start', 2: 'halt', 1: 'clear' }],
  status: ['stctl', { 16: 'alert', 8: 'intermediate', 4: 'primary', 2: 'secondary', 1: 'status pending' }],
  deviceStatus: ['dstat', { 8: 'channel end', 4: 'device end' }],
} as const;
const namesIn = (value: string | undefined, names: Readonly<Record<number, string>>): string | undefined =>
  Object.entries(names)
    .filter(([bit]) => (parseInt(value ?? '0', 16) & Number(bit)) !== 0)
    .sort(([left], [right]) => Number(right) - Number(left))
    .map(([, name]) => name)
    .join(', ') || undefined;

/** What of a table is not as the guest's texts say. */
function differences({ channels, queues }: Pick<Tables, 'channels' | 'queues'>, lscss: string, module: string): readonly string[] {
  const lines = lscss.split('\n').filter((line) => line !== '');
  const mine = [...channels.map(sysfsSubchannel), ...channels.filter(({ deviceAt }) => deviceAt !== undefined).map(sysfsDevice)];
  const wrong = [...lines.filter((line) => !mine.includes(line)), ...mine.filter((line) => !lines.includes(line))];
  const seen = new Set<string>();
  for (const line of module.split('\n').filter((one) => one !== '')) {
    const fields = fieldsOf(line);
    const row = channels.find(({ device, deviceAt }) => device === fields.device && deviceAt !== undefined);
    if (row === undefined) {
      wrong.push(`${fields.device ?? ''} is not in the table`);
      continue;
    }
    for (const [name, value] of Object.entries(stated(row)))
      if (fields[name] !== value) wrong.push(`${name} of ${String(row.device)}: ${fields[name] ?? ''}, not ${value}`);
    if (row.below === undefined && fields.virtio !== undefined) wrong.push(`${fields.virtio} is below ${String(row.device)}`);
    for (const [column, [field, names]] of Object.entries(named))
      if (row[column] !== namesIn(fields[field], names)) wrong.push(`${column} of ${String(row.device)}`);
    const left = Number(fields.timer);
    // The text was written some seconds before the dump; emulation on a busy machine is slow.
    if (left === 0 ? row.timer !== undefined : !(Number(row.timer) <= left && Number(row.timer) > left - 900))
      wrong.push(`timer of ${String(row.device)}: ${left}`);
    for (const [, queue = ''] of line.matchAll(/ queue=(\S+)/g)) {
      const [index, name, size, free, broken] = queue.split(',');
      const found = queues.find((one) => one.parent === fields.device && String(one.number) === index);
      seen.add(`${fields.device ?? ''} ${index ?? ''}`);
      const is = [found?.device, found?.name, found?.size, found?.free, Number(found?.broken)].join();
      if (is !== [fields.virtio, name, size, free, broken].join()) wrong.push(`${queue} of ${fields.device ?? ''}: ${is}`);
    }
  }
  for (const { parent, number } of queues) if (!seen.has(`${String(parent)} ${String(number)}`)) wrong.push(`queue ${String(number)} of ${String(parent)}`);
  return wrong;
}

/** Columns that those texts say nothing of. */
const unsaid = new Set(['activity', 'subchannelStatus', 'outstanding', 'returned', 'packed', 'queue']);

function expectGuest(tables: Tables, lscss: string, module: string): void {
  expect(tables.missing).toEqual([]);
  expect(tables.channels.length).toBeGreaterThan(5);
  expect(differences(tables, lscss, module)).toEqual([]);
  const { channels, queues } = tables;
  const changed = (value: unknown): RowJson[string] => {
    if (typeof value === 'boolean') return !value;
    if (typeof value === 'number') return value + 5000;
    if (!String(value).startsWith('0x')) return `${String(value)}x`;
    return value === '0x1' ? '0x2' : '0x1';
  };
  const unnoticed = [
    ...channels.flatMap((row, at) =>
      Object.keys(row)
        .filter((column) => !unsaid.has(column) && !(row.deviceAt === undefined && !Object.keys(bySysfs).includes(column)))
        .filter((column) => differences({ channels: channels.with(at, { ...row, [column]: changed(row[column]) }), queues }, lscss, module).length === 0),
    ),
    ...queues.flatMap((row, at) =>
      Object.keys(row)
        .filter((column) => !unsaid.has(column) && column !== 'driver')
        .filter((column) => differences({ channels, queues: queues.with(at, { ...row, [column]: changed(row[column]) }) }, lscss, module).length === 0),
    ),
  ];
  expect(unnoticed).toEqual([]);
  expect(differences({ channels: channels.slice(1), queues }, lscss, module)).not.toEqual([]);
  expect(differences({ channels, queues: queues.slice(1) }, lscss, module)).not.toEqual([]);
}
/** Columns of a subchannel without device that sysfs shows. */
const bySysfs: Readonly<Record<string, true>> = {
  subchannel: true,
  type: true,
  chpids: true,
  pim: true,
  pam: true,
  pom: true,
  vpm: true,
  subchannelDriver: true,
};

const folder = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'dumps', 'reduced');
const textOf = (name: string): string => readFileSync(join(folder, 'channels', name), 'utf8');

const reducedDump = (): Buffer => zstdDecompressSync(readFileSync(join(folder, 'channels.elf.zst')));
const sourceOf = (bytes: Buffer): ByteSource => ({
  name: 'channels.elf',
  size: bytes.length,
  readInto: (offset, target) => bytes.copy(target, 0, offset, Math.min(bytes.length, offset + target.length)),
});
/** Position in the file of an address of the identity map. */
function positionOf(file: Buffer, address: number): number {
  for (let entry = 0; entry < file.readUInt16BE(0x38); entry += 1) {
    const at = 64 + entry * 56;
    const [offset, start, bytes] = [0x08, 0x18, 0x20].map((field) => Number(file.readBigUInt64BE(at + field)));
    if (offset === undefined || start === undefined || bytes === undefined || file.readUInt32BE(at) !== 1) continue;
    if (address >= start && address < start + bytes) return offset + address - start;
  }
  throw new Error(`the dump has no byte at ${address.toString(16)}`);
}

describe('a guest with channel devices in several states', () => {
  it('as sysfs and the kernel itself showed them', async () => {
    expectGuest(await tablesOf(sessionOn(sourceOf(reducedDump()))), textOf('lscss.txt'), textOf('channels.txt'));
  });

  it.each([
    ['struct subchannel', 'channels', 'subchannelAt', 696],
    ['struct ccw_device', 'channels', 'deviceAt', 552],
    ['struct vring_virtqueue', 'queues', 'queue', 208],
  ] as const)('a %s set to zero gives less, never something else', async (_name, table, column, bytes) => {
    const whole = await tablesOf(sessionOn(sourceOf(reducedDump())));
    for (const { [column]: at } of whole[table].filter((row) => row[column] !== undefined)) {
      const file = reducedDump();
      const from = positionOf(file, Number(at));
      const now = await tablesOf(sessionOn(sourceOf(file.fill(0, from, from + bytes))));
      for (const name of ['channels', 'queues'] as const)
        for (const row of now[name]) {
          const before = whole[name].find((one) => ['subchannelAt', 'deviceAt', 'queue'].some((id) => one[id] !== undefined && one[id] === row[id]));
          for (const [cell, value] of Object.entries(row)) expect([cell, value], `${String(at)} at zero`).toEqual([cell, before?.[cell]]);
        }
      expect(now.missing.length, String(at)).toBeGreaterThan(0);
    }
  });
});

/** What the kernel noted when it found its devices (css.c, device_id.c, device_pgid.c). */
const noted = (text: string) => ({
  subchannels: [...new Set([...text.matchAll(/event: sch (\S+),/g)].map(([, id = '']) => id))],
  devices: new Map([...text.matchAll(/snsid: device (\S+): rc=0 (\S+) (\S+)/g)].map(([, id = '', unit, type]) => [id, [unit, type]] as const)),
  paths: new Map([...text.matchAll(/vrfy: device (\S+): rc=0 pgroup=\d mpath=\d vpm=(\S+)/g)].map(([, id = '', vpm]) => [id, vpm] as const)),
});
function unlike(rows: readonly RowJson[], text: string): readonly string[] {
  const { subchannels, devices, paths } = noted(text);
  const ids = rows.map(({ subchannel }) => String(subchannel));
  const wrong = [...subchannels.filter((id) => !ids.includes(id)), ...ids.filter((id) => !subchannels.includes(id))];
  for (const row of rows) {
    const [unit, type] = devices.get(String(row.device)) ?? [];
    const kind = type === '0000/00' ? undefined : type;
    if (unit !== row.controlUnit || kind !== row.deviceType || paths.get(String(row.device)) !== byte(row.vpm)) wrong.push(`device ${String(row.device)}`);
    // Verified, and not taken offline since.
    if (row.state !== 'online' || row.online !== true || row.enabled !== true) wrong.push(`state of ${String(row.device)}`);
  }
  if (rows.length !== devices.size) wrong.push(`${devices.size} devices`);
  return wrong;
}

/** Requests that each disk had in flight, by the tags of its hardware queues. */
function inFlight(text: string): readonly number[] {
  const counts = new Map<string, number>();
  for (const [, disk = '', body = ''] of text.matchAll(/^-- (\w+)\/hctx\d+\/tags\n((?:(?!-- ).*\n)*)/gm))
    counts.set(disk, (counts.get(disk) ?? 0) + Number(/busy=(\d+)/.exec(body)?.[1] ?? 0));
  return [...counts].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, count]) => count);
}

const cases = crashDumps.flatMap((entry) => {
  const text = crashOracle(entry.name, 'guest/s390dbf/cio_msg.sprintf.txt');
  return text === undefined ? [] : [[entry.name, entry, text] as const];
});
const ofRecipe = crashDumps.flatMap((entry) => {
  const [lscss, module] = [crashOracle(entry.name, 'guest/lscss.txt'), crashOracle(entry.name, 'guest/channels.txt')];
  return lscss === undefined || module === undefined || !entry.name.startsWith('c-channels') ? [] : [[entry.name, entry, lscss, module] as const];
});
const withoutMoves = cases.filter(([name]) => !name.startsWith('c-channels'));

describe.skipIf(cases.length === 0)('channel I/O of the real dumps', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(withoutMoves)('%s: the devices that the kernel recognised', async (name, entry, text) => {
    const { channels, queues, missing } = await withSession(entry, tablesOf);
    expect(missing).toEqual([]);
    expect(channels.length).toBeGreaterThan(0);
    expect(unlike(channels, text)).toEqual([]);
    for (const [column, value] of [
      ['subchannel', '0.0.0fff'],
      ['device', '0.0.0fff'],
      ['controlUnit', '3832/0f'],
      ['deviceType', '3390/0c'],
      ['vpm', '0x1'],
      ['state', 'offline'],
      ['online', false],
      ['enabled', false],
    ] as const)
      expect(unlike([{ ...channels[0], [column]: value }, ...channels.slice(1)], text), column).not.toEqual([]);
    expect(unlike(channels.slice(1), text)).not.toEqual([]);

    // Every disk of these guests has one queue; what is in flight there the device has.
    const busy = inFlight(crashOracle(name, 'guest/block-debugfs.txt') ?? '');
    if (busy.length === 0) return;
    const own = [...queues].sort((left, right) => (String(left.device) < String(right.device) ? -1 : 1)).map(({ outstanding }) => outstanding);
    expect(own).toEqual(busy);
    expect(own.with(-1, 1)).not.toEqual(busy);
  });
  it.each(ofRecipe)('%s: as sysfs and the kernel itself showed them', async (_name, entry, lscss, module) => {
    expectGuest(await withSession(entry, tablesOf), lscss, module);
  });
});

/** Interrupts of queues, which virtio on PCI names after device and queue. */
const interrupts = crashDumps.flatMap((entry) => {
  const names = [...(crashOracle(entry.name, 'guest/interrupts.txt') ?? '').matchAll(/(virtio\d+-\S+\.\d+)$/gm)].map(([, name = '']) => name);
  return names.length === 0 ? [] : [[entry.name, entry, names] as const];
});
describe.skipIf(interrupts.length === 0)('virtqueues on PCI', () => {
  if (interrupts.length === 0) it('needs the real dumps', () => undefined);
  it.each(interrupts)('%s: those that have interrupts', async (_name, entry, names) => {
    const { queues } = await withSession(entry, tablesOf);
    const mine = queues.map(({ device, name }) => `${String(device)}-${String(name)}`);
    expect(mine).toEqual(names);
    expect(queues.map(({ number, name }) => String(name).endsWith(`.${String(number)}`))).toEqual(names.map(() => true));
    expect(mine.with(0, 'virtio9-req.0')).not.toEqual(names);
  });
});
