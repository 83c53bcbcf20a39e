/** What of a function the disassembly shows around the cursor, and when it has to ask anew. */
import { describe, expect, it } from 'vitest';
import type { DisassemblyJson, InstructionJson } from '../../../src/shared/code-model.ts';
import { around, covers, mostOnOneSide } from '../../../src/renderer/views/disassembly/shown-code.ts';

const code = (count: number): InstructionJson[] =>
  Array.from({ length: count }, (_, at) => ({ address: `0x${(0x1000 + 4 * at).toString(16)}`, hex: '00000000' }));
const answer = (space: DisassemblyJson['space'], cpu?: number): DisassemblyJson => ({
  schema: 1,
  arch: 's390x',
  space,
  address: '0x1000',
  ...(cpu === undefined ? {} : { cpu }),
  numbering: 'id',
  instructions: code(3),
  complete: true,
  missing: [],
});

describe('shown code', () => {
  it('stays while the cursor is inside of it, in its own space', () => {
    expect(covers(answer('virtual'), { space: 'virtual', cpu: 2, address: 0x100bn, length: 1 })).toBe(true);
    expect(covers(answer('virtual'), { space: 'virtual', address: 0x100cn, length: 1 })).toBe(false);
    expect(covers(answer('virtual'), { space: 'absolute', address: 0x1000n, length: 1 })).toBe(false);
    expect(covers(answer('real', 1), { space: 'real', cpu: 1, address: 0x1000n, length: 1 })).toBe(true);
    expect(covers(answer('real', 1), { space: 'real', cpu: 2, address: 0x1000n, length: 1 })).toBe(false);
    expect(covers(undefined, { space: 'virtual', address: 0x1000n, length: 1 })).toBe(false);
  });

  it('is what lies around the cursor, and the rest is counted', () => {
    const all = code(4 * mostOnOneSide);
    const middle = around(all, 0x1000n + 4n * BigInt(2 * mostOnOneSide));
    expect([middle.before, middle.shown.length, middle.after]).toEqual([mostOnOneSide, 2 * mostOnOneSide, mostOnOneSide]);
    expect(around(all, 0x1000n)).toMatchObject({ before: 0, after: 3 * mostOnOneSide });
    expect(around(code(3), 0x5n)).toMatchObject({ before: 0, after: 0 });
  });
});
