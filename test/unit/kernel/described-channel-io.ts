/** Subchannels, CCW devices and virtqueues on described memory, and the rows that they give. */
import { expect } from 'vitest';
import type { Analysis } from '../../../src/analysis/kernel/analyses/analysis.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { append } from '../../../src/shared/append.ts';
import type { Missing } from '../../../src/shared/result.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

export const structs = new DescribedStructs(
  'big',
  {
    list_head: { next: 'list_head *', prev: 'list_head *' },
    kobject: { name: 'char *', entry: 'list_head' },
    kset: { list: 'list_head', kobj: 'kobject' },
    klist: { k_lock: 'u32', k_list: 'list_head' },
    klist_node: { n_klist: 'void *', n_node: 'list_head' },
    subsys_private: { subsys: 'kset', klist_devices: 'klist' },
    device_driver: { name: 'char *' },
    device: { kobj: 'kobject', parent: 'device *', p: 'device_private *', driver: 'device_driver *', driver_data: 'void *' },
    device_private: { klist_children: 'klist', knode_parent: 'klist_node', knode_bus: 'klist_node', device: 'device *' },
    subchannel_id: { cssid: 'u32 : 8', spare: 'u32 : 4', m: 'u32 : 1', ssid: 'u32 : 2', one: 'u32 : 1', sch_no: 'u32 : 16' },
    pmcw: {
      intparm: 'u32',
      qf: 'u32 : 1',
      w: 'u32 : 1',
      isc: 'u32 : 3',
      res5: 'u32 : 3',
      ena: 'u32 : 1',
      lm: 'u32 : 2',
      mme: 'u32 : 2',
      mp: 'u32 : 1',
      tf: 'u32 : 1',
      dnv: 'u32 : 1',
      dev: 'u32 : 16',
      lpm: 'u8',
      pnom: 'u8',
      lpum: 'u8',
      pim: 'u8',
      mbi: 'u16',
      pom: 'u8',
      pam: 'u8',
    },
    scsw: { control: 'u32', cpa: 'u32', status: 'u32' },
    schib: { pmcw: 'pmcw', scsw: 'scsw' },
    chp_id: { reserved: 'u8', cssid: 'u8', other: 'u8', id: 'u8' },
    chsc_ssd_info: { path_mask: 'u8', fla_valid_mask: 'u8', chpid: 'chp_id[8]' },
    subchannel: { schid: 'subchannel_id', st: 'u32', vpm: 'u8', lpm: 'u8', opm: 'u8', schib: 'schib', ssd_info: 'chsc_ssd_info', dev: 'device' },
    io_subchannel_private: { orb: 'u64', cdev: 'ccw_device *' },
    ccw_dev_id: { ssid: 'u8', devno: 'u16' },
    hlist_node: { next: 'hlist_node *', pprev: 'void *' },
    timer_list: { entry: 'hlist_node', expires: 'u64' },
    ccw_device_private: { cdev: 'ccw_device *', state: 's32', dev_id: 'ccw_dev_id', intparm: 'u64', timer: 'timer_list' },
    ccw_device_id: { match_flags: 'u16', cu_type: 'u16', dev_type: 'u16', cu_model: 'u8', dev_model: 'u8' },
    ccw_device: { private: 'ccw_device_private *', id: 'ccw_device_id', dev: 'device', online: 's32' },
    virtio_device: { index: 's32', dev: 'device', vqs: 'list_head', features: 'u64' },
    virtqueue: { list: 'list_head', name: 'char *', vdev: 'virtio_device *', index: 'u32', num_free: 'u32' },
    vring_used: { flags: 'u16', idx: 'u16' },
    vring: { num: 'u32', used: 'vring_used *' },
    vring_split: { vring: 'vring', avail_idx_shadow: 'u16' },
    vring_packed: { vring: 'vring' },
    'union _anonymous1': { split: 'vring_split', packed: 'vring_packed' },
    vring_virtqueue: { vq: 'virtqueue', packed_ring: 'bool', broken: 'bool', last_used_idx: 'u16', _anonymous2: '_anonymous1' },
  },
  { dev_state: { DEV_STATE_NOT_OPER: 0n, DEV_STATE_OFFLINE: 2n, DEV_STATE_ONLINE: 4n, DEV_STATE_DISCONNECTED: 10n } },
);

export const page = 0x1000;
/** A page each, but for the variables. */
export const places = {
  kset: 0x1000,
  css: 0x2000,
  ccw: 0x3000,
  virtio: 0x4000,
  subchannel: 0x5000,
  subchannelPlace: 0x6000,
  device: 0x7000,
  devicePlace: 0x8000,
  own: 0x9000,
  driver: 0xa000,
  subchannelDriver: 0xb000,
  virtioDevice: 0xc000,
  virtioPlace: 0xd000,
  ring: 0xe000,
  used: 0xf000,
  names: 0x1_0000,
  empty: 0x1_1000,
  emptyPlace: 0x1_2000,
  virtioDriver: 0x1_3000,
} as const;
const variables = { bus_kset: 0x100, jiffies: 0x108, tick_nsec: 0x110 } as const;
export const imageBytes = 0x20_000;

/** Links list heads in a circle, the first of them the head. */
export function circle(memory: MemoryImage, ...all: readonly number[]): void {
  all.forEach((at, index) => {
    const next = all[(index + 1) % all.length] ?? 0;
    memory.u64(at, BigInt(next)).u64(next + 8, BigInt(at));
  });
}

let texts = 0;
function textAt(memory: MemoryImage, text: string): number {
  const at = places.names + texts * 0x20;
  texts += 1;
  memory.text(at, text);
  return at;
}

/** Puts a device, and its place in the driver core; the lists it is on are linked by who calls. */
function putDevice(
  memory: MemoryImage,
  type: string,
  at: number,
  place: number,
  device: { readonly name: string; readonly bus: number; readonly driver?: number; readonly parent?: number; readonly data?: number },
): void {
  const dev = at + structs.offsetOf(type, 'dev');
  structs.put(memory, dev, 'device', {
    'kobj.name': textAt(memory, device.name),
    p: place,
    driver: device.driver ?? 0,
    parent: device.parent ?? 0,
    driver_data: device.data ?? 0,
  });
  const children = place + structs.offsetOf('device_private', 'klist_children.k_list');
  circle(memory, children);
  structs.put(memory, place, 'device_private', { 'knode_bus.n_klist': device.bus + structs.offsetOf('subsys_private', 'klist_devices'), device: dev });
}

export const onBus = (place: number): number => place + structs.offsetOf('device_private', 'knode_bus.n_node');
export const devicesOf = (bus: number): number => bus + structs.offsetOf('subsys_private', 'klist_devices.k_list');
export const devOf = (type: string, at: number): number => at + structs.offsetOf(type, 'dev');

/** A subchannel with a virtio disk that waits for two requests, and one without device. */
export function described(): MemoryImage {
  texts = 0;
  const memory = new MemoryImage(imageBytes, 'big');
  memory.u64(variables.bus_kset, BigInt(places.kset)).u64(variables.jiffies, 1000n).u64(variables.tick_nsec, 10_000_000n);
  const entry = structs.offsetOf('subsys_private', 'subsys.kobj.entry');
  circle(memory, places.kset + structs.offsetOf('kset', 'list'), places.css + entry, places.ccw + entry, places.virtio + entry);
  for (const [bus, name] of [
    [places.css, 'css'],
    [places.ccw, 'ccw'],
    [places.virtio, 'virtio'],
  ] as const)
    structs.put(memory, bus, 'subsys_private', { 'subsys.kobj.name': textAt(memory, name) });
  circle(memory, devicesOf(places.css), onBus(places.subchannelPlace), onBus(places.emptyPlace));
  circle(memory, devicesOf(places.ccw), onBus(places.devicePlace));
  circle(memory, devicesOf(places.virtio), onBus(places.virtioPlace));
  for (const [driver, name] of [
    [places.driver, 'virtio_ccw'],
    [places.subchannelDriver, 'io_subchannel'],
    [places.virtioDriver, 'virtio_blk'],
  ] as const)
    structs.put(memory, driver, 'device_driver', { name: textAt(memory, name) });

  structs.put(memory, places.subchannel, 'subchannel', {
    'schid.one': 1,
    'schid.ssid': 1,
    'schid.sch_no': 0x1f,
    vpm: 0xc0,
    lpm: 0xe0,
    opm: 0xff,
    'schib.pmcw.isc': 3,
    'schib.pmcw.ena': 1,
    'schib.pmcw.dnv': 1,
    'schib.pmcw.dev': 0x4711,
    'schib.pmcw.pnom': 0x20,
    'schib.pmcw.lpum': 0x40,
    'schib.pmcw.pim': 0xf0,
    'schib.pmcw.pam': 0xe0,
    'schib.pmcw.pom': 0xfe,
    'schib.scsw.control': 0x0080_4007,
    'schib.scsw.cpa': 0x7008,
    'schib.scsw.status': 0x0e40_0000,
    'ssd_info.path_mask': 0xa0,
    'ssd_info.chpid[0].id': 0x50,
    'ssd_info.chpid[2].id': 0x5f,
  });
  putDevice(memory, 'subchannel', places.subchannel, places.subchannelPlace, { name: '0.1.001f', bus: places.css, driver: places.subchannelDriver });
  structs.put(memory, places.empty, 'subchannel', { 'schid.one': 1, 'schid.sch_no': 0x20, st: 1, opm: 0xff });
  putDevice(memory, 'subchannel', places.empty, places.emptyPlace, { name: '0.0.0020', bus: places.css });
  structs.put(memory, places.device, 'ccw_device', {
    private: places.own,
    'id.cu_type': 0x3832,
    'id.cu_model': 2,
    'id.dev_type': 0x3390,
    'id.dev_model': 0xc,
    online: 1,
  });
  putDevice(memory, 'ccw_device', places.device, places.devicePlace, {
    name: '0.1.4711',
    bus: places.ccw,
    driver: places.driver,
    parent: devOf('subchannel', places.subchannel),
  });
  structs.put(memory, places.own, 'ccw_device_private', {
    cdev: places.device,
    state: 4,
    'dev_id.ssid': 1,
    'dev_id.devno': 0x4711,
    intparm: 0x2000_0000,
    'timer.entry.pprev': 0x500,
    'timer.expires': 1250,
  });
  putDevice(memory, 'virtio_device', places.virtioDevice, places.virtioPlace, {
    name: 'virtio7',
    bus: places.virtio,
    driver: places.virtioDriver,
    parent: devOf('ccw_device', places.device),
  });
  const children = places.devicePlace + structs.offsetOf('device_private', 'klist_children');
  circle(memory, children + structs.offsetOf('klist', 'k_list'), places.virtioPlace + structs.offsetOf('device_private', 'knode_parent.n_node'));
  structs.put(memory, places.virtioPlace, 'device_private', { 'knode_parent.n_klist': children });
  structs.put(memory, places.virtioDevice, 'virtio_device', { features: 1n << 32n });
  circle(memory, places.virtioDevice + structs.offsetOf('virtio_device', 'vqs'), places.ring + structs.offsetOf('virtqueue', 'list'));
  structs.put(memory, places.ring, 'vring_virtqueue', {
    'vq.name': textAt(memory, 'req.0'),
    'vq.vdev': places.virtioDevice,
    'vq.num_free': 12,
    last_used_idx: 0xfe,
    'split.vring.num': 16,
    'split.vring.used': places.used,
    'split.avail_idx_shadow': 0x100,
  });
  // Little-endian, as both sides of a device of version 1 see it.
  memory.u16(places.used + 2, 0xff00);
  return memory;
}

const hexOf = (value: number): string => `0x${value.toString(16)}`;
export const whole: RowJson = {
  subchannel: '0.1.001f',
  device: '0.1.4711',
  controlUnit: '3832/02',
  deviceType: '3390/0c',
  driver: 'virtio_ccw',
  online: true,
  state: 'online',
  below: 'virtio7',
  enabled: true,
  pim: '0xf0',
  pam: '0xe0',
  pom: '0xfe',
  lpm: '0xe0',
  vpm: '0xc0',
  opm: '0xff',
  lastUsed: '0x40',
  notOperational: '0x20',
  chpids: '50 -- 5f -- -- -- -- --',
  functions: 'start',
  status: 'primary, secondary, status pending',
  deviceStatus: 'channel end, device end, unit check',
  subchannelStatus: 'incorrect length',
  program: '0x7008',
  scsw: '0x00804007000070080e400000',
  isc: 3,
  intparm: '0x20000000',
  timer: 2.5,
  type: 'I/O',
  subchannelDriver: 'io_subchannel',
  subchannelAt: hexOf(places.subchannel),
  deviceAt: hexOf(places.device),
};
export const empty: RowJson = {
  subchannel: '0.0.0020',
  enabled: false,
  pim: '0x0',
  pam: '0x0',
  pom: '0x0',
  lpm: '0x0',
  vpm: '0x0',
  opm: '0xff',
  lastUsed: '0x0',
  notOperational: '0x0',
  chpids: '-- -- -- -- -- -- -- --',
  scsw: '0x000000000000000000000000',
  isc: 0,
  type: 'CHSC',
  subchannelAt: hexOf(places.empty),
};
export const queue: RowJson = {
  device: 'virtio7',
  parent: '0.1.4711',
  driver: 'virtio_blk',
  number: 0,
  name: 'req.0',
  size: 16,
  free: 12,
  outstanding: 2,
  returned: 1,
  packed: false,
  broken: false,
  queue: hexOf(places.ring),
};

export async function answer(analysis: Analysis, memory: MemoryImage): Promise<{ readonly rows: readonly RowJson[]; readonly missing: readonly Missing[] }> {
  const kernel = { ...describedKernel(memory, { types: structs.types(), symbols: variables }), why: () => undefined } as unknown as AnalysisKernel;
  const before: RowJson[] = [];
  const run = { parameters: {}, first: 0, limit: 1_000_000, signal: new AbortController().signal, report: (more: readonly RowJson[]) => append(before, more) };
  const { rows, missing } = await runAnalysis(analysis, kernel, run);
  return { rows: [...before, ...rows], missing };
}

/** Each cell that a row has is one that the whole row has. */
export function expectLess(rows: readonly RowJson[], wholes: readonly RowJson[]): void {
  for (const row of rows) {
    const from = wholes.find((one) => (['queue', 'subchannelAt', 'deviceAt'] as const).some((id) => one[id] !== undefined && one[id] === row[id])) ?? {};
    for (const [key, value] of Object.entries(row)) expect([key, value]).toEqual([key, from[key]]);
  }
}
