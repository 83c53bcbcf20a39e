import { expect, test } from 'vitest';
import { withRightPid } from '../../../src/analysis/export/prstatus-pid.ts';

function prstatus(pid: number): Buffer {
  const desc = Buffer.alloc(336, 0xa5);
  desc.writeUInt32BE(pid, 32);
  return desc;
}

test.each([
  [0x1000000, 1],
  [0x12010000, 0x112],
])('%i, as QEMU writes CPU number + 1 on a little-endian host, becomes %i and nothing else changes', (wrong, right) => {
  const desc = prstatus(wrong);
  expect(Buffer.compare(withRightPid(desc), prstatus(right))).toBe(0);
  expect(desc.readUInt32BE(32)).toBe(wrong);
});

test.each([0, 1, 0x112, 0x3fffff, 0xffffffff, 0x80000080])('%i stays: a process may have it, or it is none in either order', (pid) => {
  const desc = prstatus(pid);
  expect(withRightPid(desc)).toBe(desc);
});

test('a descriptor that is cut off stays', () => {
  const desc = Buffer.alloc(35, 1);
  expect(withRightPid(desc)).toBe(desc);
});
