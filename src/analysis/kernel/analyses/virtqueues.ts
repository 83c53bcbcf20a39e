/** Queues of virtio devices: what a driver has given to the device, and what came back (drivers/virtio/virtio_ring.c). */
import { isFailure, valueOf, type Result } from '../../../shared/result.ts';
import { deviceName, driverName } from '../devices/bus-devices.ts';
import { ringState, virtqueues } from '../devices/virtqueues.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import { address, count, defineAnalysis, flag, pause, text } from './analysis.ts';

function sizeOf(ring: KernelObject): Result<number> {
  const isPacked = ring.at('packed_ring').flag();
  return isFailure(isPacked) ? isPacked : ring.at(isPacked.value ? 'packed.vring.num' : 'split.vring.num').number();
}

export const virtqueueTable = defineAnalysis({
  id: 'virtqueues',
  title: 'Virtqueues',
  about:
    'Queues of virtio devices in the order of the bus virtio: what the driver gave to the device, and what came back. Buffers that stay outstanding while none is returned wait for the hypervisor.',
  needs: ['symbols', 'types'],
  uses: ['modules', 'module-types'],
  columns: {
    device: text('virtio device: "virtio0"'),
    parent: text('its parent device: a CCW device, "0.0.0100", or a PCI function'),
    driver: text('its driver'),
    number: count('which of the queues of the device'),
    name: text('name that the driver gave to it'),
    size: count('descriptors that the ring has'),
    free: count('of them free'),
    outstanding: count('buffers that the device was given and the driver has not taken back; not for packed rings'),
    returned: count('of them those that the device is done with and the driver has not seen; not for packed rings'),
    packed: flag('it is a packed ring'),
    broken: flag('the driver has given it up'),
    queue: address('its struct virtqueue'),
  },
  key: ['device', 'number'],
  grouping: ['device', 'driver'],
  comparing: { weight: 'outstanding', sums: ['outstanding', 'returned'] },
  *run({ objects, objectsOf }) {
    // Where virtio is a module, its types are the module's.
    for (const one of virtqueues(objects.hasType('vring_virtqueue') ? objects : objectsOf('virtio_ring'))) {
      if (one === undefined || isFailure(one)) {
        yield one ?? pause;
        continue;
      }
      const { device, queue, ring } = one;
      const state = ringState(one);
      if (state !== undefined && isFailure(state)) yield state;
      const known = valueOf(state);
      yield {
        row: {
          device: deviceName(device),
          parent: deviceName(device.pointer('parent')),
          driver: driverName(device),
          number: queue.at('index').number(),
          name: queue.at('name').string(),
          size: sizeOf(ring),
          free: queue.at('num_free').number(),
          ...known,
          packed: ring.at('packed_ring').flag(),
          broken: ring.at('broken').flag(),
          queue: queue.address,
        },
      };
    }
  },
});
