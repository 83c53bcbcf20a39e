import { describe, expect, it } from 'vitest';
import { isFresh, whyNoChangeTime, whyTimesHide } from '../../../src/files/change-time.ts';

describe('times of change', () => {
  const now = 1_800_000_000_000_000_000n;
  const longAgo = now - 10n ** 12n;
  it.each([
    ['long ago on a local disk', longAgo, 0xef53n, undefined],
    ['not kept', 0n, 0xef53n, /keeps no time/],
    ['in the future', now + 1n, 0xef53n, /future/],
    ['NFS', longAgo, 0x6969n, /NFS/],
    ['SMB, with a sign', longAgo, BigInt.asIntN(32, 0xfe534d42n), /SMB/],
    ['FUSE', longAgo, 0x65735546n, /FUSE/],
    ['FAT', longAgo, 0x4d44n, /FAT/],
    ['tmpfs', longAgo, 0x01021994n, /changes no times \(tmpfs\)/],
    ['ramfs, with a sign', longAgo, BigInt.asIntN(32, 0x858458f6n), /changes no times \(ramfs\)/],
    ['of a file system that the system does not name', longAgo, undefined, undefined],
  ])('%s', (_, ctimeNs, type, why) => {
    for (const reason of [whyTimesHide({ ctimeNs }, type, now), whyNoChangeTime({ ctimeNs }, type, now)]) {
      if (why === undefined) expect(reason).toBeUndefined();
      else expect(reason).toMatch(why);
    }
  });

  it('of a moment ago may hide another change', () => {
    expect([isFresh({ ctimeNs: now - 1n }, now), isFresh({ ctimeNs: now - 3n * 10n ** 9n }, now)]).toEqual([true, false]);
    expect(whyNoChangeTime({ ctimeNs: now - 10n ** 9n }, 0xef53n, now)).toMatch(/last two seconds/);
  });
});
