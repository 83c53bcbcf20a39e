/**
 * Queues of virtio devices as the driver sees them (drivers/virtio/virtio_ring.c, 5.10 to 6.12; Virtual I/O Device specification 1.2, section 2.7,
 * Split Virtqueues): the bus virtio of the driver core, a list of struct virtqueue each, which begin a struct vring_virtqueue.
 */
import { failed, isFailure, mapResult, type Failure, type Result } from '../../../shared/result.ts';
import { walkList } from '../memory/linked-list.ts';
import { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { hex } from '../../../shared/units.ts';
import { busDevices } from './bus-devices.ts';

/** VIRTIO_F_VERSION_1: what both sides see is little-endian, else in the guest's own order. */
const versionOne = 1n << 32n;
const counterBits = 16;
/** Queues of a device: their numbers have 16 bits. */
const mostQueues = 1 << 16;

const at = (address: bigint): NonNullable<Failure['missing']['where']> => ({ space: 'virtual', start: hex(address), end: hex(address + 1n) });

export interface Virtqueue {
  /** The struct device of the virtio device. */
  readonly device: KernelObject;
  /** The struct virtqueue. */
  readonly queue: KernelObject;
  readonly ring: KernelObject;
  readonly features: Result<bigint>;
}

/** Queues of a virtio device, in the order of its list. */
function* queuesOf(owner: KernelObject, device: KernelObject): Generator<Virtqueue | Failure, void> {
  const { space } = owner;
  const [here, list] = [owner.address, owner.at('vqs').address];
  if (isFailure(here) || isFailure(list)) {
    for (const one of [here, list]) if (isFailure(one)) yield one;
    return;
  }
  const { nodes, broken } = walkList(space.memory, list.value, undefined, mostQueues);
  for (const node of nodes) {
    const queue = KernelObject.at(space, node, 'list_head').containerOf('virtqueue', 'list');
    const back = queue.pointer('vdev').address;
    if (isFailure(back)) yield back;
    else if (back.value !== here.value) yield failed('virtqueues', 'one is on the list of a device other than the one that it names', at(node));
    else yield { device, queue, ring: queue.containerOf('vring_virtqueue', 'vq'), features: owner.at('features').u64() };
  }
  if (broken !== undefined) yield failed('virtqueues', broken, at(list.value));
}

/** @param objects by types that know struct vring_virtqueue; undefined where nothing was found for a while */
export function* virtqueues(objects: KernelObjects): Generator<Virtqueue | Failure | undefined, void> {
  for (const device of busDevices(objects, 'virtio')) {
    if (device === undefined || isFailure(device)) yield device;
    else yield* queuesOf(device.containerOf('virtio_device', 'dev'), device);
  }
}

export interface RingState {
  /** Buffers that the driver has made available and not taken back. */
  readonly outstanding: number;
  /** Of them those that the device has used: it is done with them, and the driver has not looked. */
  readonly returned: number;
}

const distance = (from: number, to: number): number => (to - from) & ((1 << counterBits) - 1);

/** What is in a split ring, by its counters; undefined for a packed ring, which has none. */
export function ringState({ ring, features }: Virtqueue): Result<RingState> | undefined {
  const isPacked = ring.at('packed_ring').flag();
  if (isFailure(isPacked)) return isPacked;
  if (isPacked.value) return undefined;
  const [size, available, taken] = [ring.at('split.vring.num').number(), ring.at('split.avail_idx_shadow').u16(), ring.at('last_used_idx').u16()];
  if (isFailure(size)) return size;
  if (isFailure(available)) return available;
  if (isFailure(taken)) return taken;
  if (isFailure(features)) return features;
  const isLittle = (features.value & versionOne) !== 0n || ring.space.memory.endian === 'little';
  const used = mapResult(ring.pointer('split.vring.used').at('idx').bytes(2), (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint16(0, isLittle));
  if (isFailure(used)) return used;
  const [outstanding, returned] = [distance(taken.value, available.value), distance(taken.value, used.value)];
  return size.value === 0 || outstanding > size.value || returned > outstanding
    ? failed('counters of a virtqueue', `${outstanding} buffers outstanding and ${returned} returned do not fit into a ring of ${size.value}`)
    : { value: { outstanding, returned } };
}
