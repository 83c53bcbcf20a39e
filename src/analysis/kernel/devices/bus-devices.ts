/**
 * Devices as the driver core keeps them (drivers/base/base.h, 5.10 to 6.12): buses in the kset bus_kset, a struct subsys_private each, of whose
 * klist a device's struct device_private is a member.
 */
import { failed, isFailure, type Failure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { walkList, walkListSteps } from '../memory/linked-list.ts';
import { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

/** More than any kernel registers. */
const mostBuses = 4096;
/** More than a bus has: a channel subsystem, the largest there is, has four sets of 65536 subchannels. */
const mostDevices = 4 << 16;
/** Entries that are none, after which a list is not followed further. */
const mostWrong = 1024;
/** KNODE_DEAD of lib/klist.c: the device is being taken off the list. */
const dead = 1n;

type Member = 'knode_bus' | 'knode_parent';

const at = (address: bigint): NonNullable<Failure['missing']['where']> => ({ space: 'virtual', start: hex(address), end: hex(address + 1n) });

function busNamed(objects: KernelObjects, name: string): KernelObject | Failure {
  const what = `the bus ${name}`;
  const buses = objects.variable('bus_kset', 'kset *').pointer().at('list');
  const head = buses.address;
  if (isFailure(head)) return failed(what, `the list of buses is not known: ${head.missing.what}: ${head.missing.why}`, head.missing.where);
  const { nodes, broken } = walkList(buses.space.memory, head.value, undefined, mostBuses);
  let nameless = 0;
  for (const node of nodes) {
    const bus = KernelObject.at(buses.space, node, 'list_head').containerOf('kobject', 'entry');
    const found = bus.at('name').string();
    if (!isFailure(found) && found.value === name) return bus.containerOf('subsys_private', 'subsys.kobj');
    if (isFailure(found) || found.value === '') nameless += 1;
  }
  if (broken !== undefined) return failed(what, `the list of buses cannot be followed: ${broken}`, at(head.value));
  return failed(
    what,
    nameless === 0 ? 'this kernel has none of that name' : `no bus has that name, but the name of ${nameless} of them cannot be read`,
    at(head.value),
  );
}

/** The device of an entry of a klist; undefined for one that is being taken off. An entry and a device that do not lead to each other are none. */
function deviceAt(held: KernelObject, member: Member, list: bigint, what: string): KernelObject | Failure | undefined {
  const [named, place, device] = [held.at(`${member}.n_klist`).integer(), held.address, held.pointer('device')];
  if (isFailure(named)) return named;
  if (isFailure(place)) return place;
  if ((named.value & dead) !== 0n) return undefined;
  if (named.value !== list) return failed(what, `an entry says that it belongs to the list at ${hex(named.value)}`, at(place.value));
  const back = device.pointer('p').address;
  if (isFailure(back)) return back;
  return back.value === place.value ? device : failed(what, 'an entry leads to the device of another one', at(place.value));
}

/** Devices on a klist; undefined where nothing was found for a while. */
function* devicesOn(klist: KernelObject, member: Member, what: string): Generator<KernelObject | Failure | undefined, void> {
  const { space } = klist;
  const [own, head] = [klist.address, klist.at('k_list').address];
  if (isFailure(own) || isFailure(head)) {
    for (const one of [own, head]) if (isFailure(one)) yield one;
    return;
  }
  const walk = walkListSteps(space.memory, head.value, undefined, mostDevices);
  let step = walk.next();
  for (; step.done !== true; step = walk.next()) yield undefined;
  const { nodes, broken } = step.value;
  if (broken !== undefined) yield failed(what, broken, at(head.value));
  let wrong = 0;
  for (const node of nodes) {
    const device = deviceAt(KernelObject.at(space, node, 'list_head').containerOf('device_private', `${member}.n_node`), member, own.value, what);
    yield device;
    if (isFailure(device)) wrong += 1;
    if (wrong < mostWrong) continue;
    yield failed(what, `${wrong} entries of the list are not valid: it is not followed further`, at(head.value));
    return;
  }
}

/** Devices of a bus, in the order in which they were added; undefined where nothing was found for a while. */
export function* busDevices(objects: KernelObjects, bus: string): Generator<KernelObject | Failure | undefined, void> {
  const found = busNamed(objects, bus);
  if (found instanceof KernelObject) yield* devicesOn(found.at('klist_devices'), 'knode_bus', `devices of the bus ${bus}`);
  else yield found;
}

/** Devices right below a device. */
export function* childDevices(device: KernelObject): Generator<KernelObject | Failure | undefined, void> {
  yield* devicesOn(device.pointer('p').at('klist_children'), 'knode_parent', 'devices below a device');
}

const named = (what: string, name: Result<string>): Result<string> => (isFailure(name) || name.value !== '' ? name : failed(what, 'its name is empty'));

/** As sysfs names it. */
export const deviceName = (device: KernelObject): Result<string> => named('name of a device', device.at('kobj.name').string());

/** Name of the driver that has a device; undefined where none has. */
export function driverName(device: KernelObject): Result<string> | undefined {
  const driver = device.pointer('driver');
  return driver.isNull ? undefined : named('name of a driver', driver.at('name').string());
}
