/**
 * Disks, in two ways: the devices of the class "block" (its klist, include/linux/klist.h), and the inodes of the file system of block devices (`blockdev_superblock`, block/bdev.c),
 * whose struct block_device is that of a whole disk since 5.11. A disk that was not added yet, or is being removed, is in the second one only.
 */
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import { listEntries } from '../object/containers/lists.ts';
import { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

export interface Disk {
  /** Of its struct gendisk. */
  readonly address: VirtualAddress;
  readonly name: string;
  readonly gendisk: KernelObject;
  /** struct request_queue; fails where the disk has none. */
  readonly queue: KernelObject;
}

/** With partitions, which have inodes too. */
const mostDisks = 1 << 18;
const what = 'block devices';
/** Text that a disk may have as its name, which is a file name in sysfs and /dev. */
const diskName = /^[!-~]+$/;

/** The struct subsys_private of a class: a member of it before 6.4, since then found in the list of all classes (drivers/base/class.c). */
function privateOf(objects: KernelObjects, name: string): KernelObject {
  const own = objects.variable(name, 'class');
  if (own.failure !== undefined) return own;
  if (own.has('p')) return own.pointer('p');
  const at = own.address;
  for (const one of listEntries(objects.variable('class_kset', 'kset *').pointer().at('list'), 'kobject', 'entry', mostDisks)) {
    if (one.failure !== undefined) return one;
    const found = one.containerOf('subsys_private', 'subsys.kobj');
    const of = found.at('class').u64();
    if (isFailure(of)) return KernelObject.failing(objects.space, of);
    if (!isFailure(at) && of.value === at.value) return found;
  }
  return KernelObject.failing(objects.space, failed(name, 'the list of classes (class_kset) does not have it'));
}

/** Disks of the class; failures where its list breaks. */
function* ofClass(objects: KernelObjects): Generator<KernelObject, void> {
  const type = objects.addressOf('disk_type');
  if (isFailure(type)) {
    yield KernelObject.failing(objects.space, type);
    return;
  }
  // Until 5.10 the device was in the gendisk, as that of its first partition.
  const isOld = objects.at(0n, 'gendisk').has('part0.__dev');
  for (const entry of listEntries(privateOf(objects, 'block_class').at('klist_devices.k_list'), 'device_private', 'knode_class.n_node', mostDisks)) {
    const device = entry.pointer('device');
    const of = device.at('type').u64();
    if (isFailure(of)) yield KernelObject.failing(objects.space, of);
    else if (of.value === type.value)
      yield isOld ? device.containerOf('gendisk', 'part0.__dev') : device.containerOf('block_device', 'bd_device').pointer('bd_disk');
  }
}

/** Disks of the inodes of block devices; inodes of partitions lead to the disk of theirs. */
function* ofInodes(objects: KernelObjects): Generator<KernelObject, void> {
  for (const inode of listEntries(objects.variable('blockdev_superblock', 'super_block *').pointer().at('s_inodes'), 'inode', 'i_sb_list', mostDisks)) {
    const disk = inode.containerOf('bdev_inode', 'vfs_inode').at('bdev').pointer('bd_disk');
    // The inode of the file system's root, and until 5.10 those of devices that are not open, have none.
    if (!disk.isNull) yield disk;
  }
}

/** Whether the structures lead back to a disk: why not, else undefined. */
function contradiction(gendisk: KernelObject, address: VirtualAddress): Failure | undefined {
  const part = gendisk.at('part0');
  if (part.has('__dev')) return undefined;
  const back = part.pointer().at('bd_disk').u64();
  if (isFailure(back)) return back;
  return back.value === address
    ? undefined
    : failed(what, `the block_device of the disk at ${hex(address)} leads to ${hex(back.value)}`, {
        space: 'virtual',
        start: hex(address),
        end: hex(address + 1n),
      });
}

/** Each disk once, in the order of the class; and what could not be followed. */
export function* disks(objects: KernelObjects): Generator<Disk | Failure, void> {
  const seen = new Set<bigint>();
  for (const way of [ofClass, ofInodes]) {
    for (const gendisk of way(objects)) {
      const { failure, address } = gendisk;
      if (failure !== undefined || isFailure(address)) {
        const { missing } = failure ?? (isFailure(address) ? address : failed(what, 'it has no address'));
        yield {
          missing: { ...missing, what: `${what} of ${way === ofClass ? 'the class' : 'the file system of devices'}`, why: `${missing.what}: ${missing.why}` },
        };
        continue;
      }
      if (seen.has(address.value)) continue;
      if (seen.size >= mostDisks) {
        yield failed(what, `more than ${mostDisks} exist`);
        return;
      }
      seen.add(address.value);
      const text = gendisk.at('disk_name');
      const name = text.plausible(text.string(), (value) => (diskName.test(value) ? undefined : 'what is there is not the name of a disk'));
      const wrong = isFailure(name) ? name : contradiction(gendisk, address.value);
      if (wrong !== undefined || isFailure(name)) {
        if (wrong !== undefined) yield wrong;
        continue;
      }
      yield { address: address.value, name: name.value, gendisk, queue: gendisk.pointer('queue') };
    }
  }
}
