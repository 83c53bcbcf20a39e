/** Block devices as files to read: how large they are, and whether something else writes to them. Nothing here opens or changes one. */
import { readdirSync, readFileSync } from 'node:fs';
import { readUninterrupted } from './read-uninterrupted.ts';

/** "259:3" of a device number as stat(2) packs it (glibc gnu_dev_major). */
function deviceName(rdev: bigint): string {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

const sysfs = (rdev: bigint, name: string): string => `/sys/dev/block/${deviceName(rdev)}/${name}`;

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** Whether a byte of a device can be read. */
function reaches(descriptor: number, offset: number): boolean {
  try {
    return readUninterrupted(descriptor, new Uint8Array(1), offset) === 1;
  } catch {
    return false;
  }
}

/**
 * Bytes of an open block device: what the kernel says in sysfs (sectors of 512 bytes), else where reading ends.
 * A device without room has 0.
 */
export function deviceBytes(descriptor: number, rdev: bigint): number {
  const sectors = Number(textOf(sysfs(rdev, 'size')) ?? Number.NaN);
  if (Number.isSafeInteger(sectors * 512)) return sectors * 512;
  if (!reaches(descriptor, 0)) return 0;
  let low = 0;
  let high = 4096;
  while (high < Number.MAX_SAFE_INTEGER / 2 && reaches(descriptor, high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (reaches(descriptor, middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** Write requests that a device has completed (Documentation/block/stat.rst); undefined where the system does not count them. Its times show no writes of a mounted file system. */
export function deviceWrites(rdev: bigint): string | undefined {
  const fields = textOf(sysfs(rdev, 'stat'))?.trim().split(/\s+/);
  return fields === undefined || fields.length < 7 ? undefined : `${fields[4] ?? ''} ${fields[6] ?? ''}`;
}

/** Numbers of a device and of its partitions. */
function withPartitions(rdev: bigint): readonly string[] {
  const own = deviceName(rdev);
  const folder = `/sys/dev/block/${own}`;
  try {
    const parts = readdirSync(folder).flatMap((name) =>
      textOf(`${folder}/${name}/partition`) === undefined ? [] : [textOf(`${folder}/${name}/dev`)?.trim() ?? ''],
    );
    return [own, ...parts];
  } catch {
    return [own];
  }
}

/** Where a device or one of its partitions is mounted for writing (proc(5), mountinfo): what is read from it may change. */
export function mountedForWriting(rdev: bigint): readonly string[] {
  const numbers = new Set(withPartitions(rdev));
  return (textOf('/proc/self/mountinfo') ?? '').split('\n').flatMap((line) => {
    const [, , number = '', , place = '', options = ''] = line.split(' ');
    return numbers.has(number) && options.split(',').includes('rw') ? [place] : [];
  });
}
