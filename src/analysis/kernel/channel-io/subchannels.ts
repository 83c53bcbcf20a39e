/** Subchannels and CCW devices in pairs (drivers/s390/cio/css.c and device.c, 5.10 to 6.12): the buses css and ccw of the driver core. */
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { busDevices, driverName } from '../devices/bus-devices.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

/** A subchannel, a CCW device, or both; a device whose subchannel is gone has none. */
export interface ChannelPair {
  readonly subchannel?: KernelObject;
  readonly device?: KernelObject;
}

/** The owner of a struct device at an address that is known. */
interface Found {
  readonly address: bigint;
  readonly owner: KernelObject;
}

/** Owners of the devices of a bus, each once. */
function* ownersOn(objects: KernelObjects, bus: string, type: string): Generator<Found | Failure | undefined, void> {
  for (const device of busDevices(objects, bus)) {
    if (device === undefined || isFailure(device)) {
      yield device;
      continue;
    }
    const owner = device.containerOf(type, 'dev');
    const { address } = owner;
    if (isFailure(address)) yield address;
    else yield { address: address.value, owner };
  }
}

/** The device of a subchannel that is still being recognised, and so is not on its bus yet (sch_get_cdev in drivers/s390/cio/io_sch.h). */
function recognisedOn(subchannel: KernelObject, address: bigint): KernelObject | undefined {
  const driver = driverName(subchannel.at('dev'));
  if (driver === undefined || isFailure(driver) || driver.value !== 'io_subchannel') return undefined;
  const device = subchannel.at('dev').pointer('driver_data', 'io_subchannel_private').pointer('cdev');
  const parent = device.at('dev').pointer('parent').containerOf('subchannel', 'dev').address;
  return isFailure(parent) || parent.value !== address ? undefined : device;
}

/** Subchannels in the order of their bus, then devices without one. Undefined where nothing was found for a while. */
export function* channelPairs(objects: KernelObjects): Generator<ChannelPair | Failure | undefined, void> {
  const devices = new Map<bigint, KernelObject>();
  const others: KernelObject[] = [];
  for (const one of ownersOn(objects, 'ccw', 'ccw_device')) {
    if (one === undefined || isFailure(one)) {
      yield one;
      continue;
    }
    const parent = one.owner.at('dev').pointer('parent').containerOf('subchannel', 'dev').address;
    if (isFailure(parent)) yield parent;
    if (isFailure(parent) || devices.has(parent.value)) others.push(one.owner);
    else devices.set(parent.value, one.owner);
  }
  for (const one of ownersOn(objects, 'css', 'subchannel')) {
    if (one === undefined || isFailure(one)) {
      yield one;
      continue;
    }
    const { address, owner } = one;
    const isOne = owner.at('schid.one').flag();
    if (isFailure(isOne) || !isOne.value) {
      yield isFailure(isOne)
        ? isOne
        : failed('subchannels', `the one at ${hex(address)} has no valid subchannel id`, { space: 'virtual', start: hex(address), end: hex(address + 4n) });
      continue;
    }
    const device = devices.get(address) ?? recognisedOn(owner, address);
    devices.delete(address);
    yield device === undefined ? { subchannel: owner } : { subchannel: owner, device };
  }
  for (const device of devices.values()) yield { device };
  for (const device of others) yield { device };
}
