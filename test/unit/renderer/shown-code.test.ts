/** Where the disassembly begins, and when it has to query again. */
import { describe, expect, it } from 'vitest';
import type { DisassemblyJson, InstructionJson } from '../../../src/shared/code-model.ts';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';
import type { FrameJson, TraceJson } from '../../../src/shared/task-model.ts';
import { firstCode } from '../../../src/renderer/views/disassembly/crash-place.ts';
import { covers } from '../../../src/renderer/views/disassembly/shown-code.ts';

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
  it('stays while the cursor is inside it, in its own space', () => {
    expect(covers(answer('virtual'), { space: 'virtual', cpu: 2, address: 0x100bn, length: 1 })).toBe(true);
    expect(covers(answer('virtual'), { space: 'virtual', address: 0x100cn, length: 1 })).toBe(false);
    expect(covers(answer('virtual'), { space: 'absolute', address: 0x1000n, length: 1 })).toBe(false);
    expect(covers(answer('real', 1), { space: 'real', cpu: 1, address: 0x1000n, length: 1 })).toBe(true);
    expect(covers(answer('real', 1), { space: 'real', cpu: 2, address: 0x1000n, length: 1 })).toBe(false);
    expect(covers(undefined, { space: 'virtual', address: 0x1000n, length: 1 })).toBe(false);
  });

  const frame = (address: string, kind: FrameJson['kind'] = 'return'): FrameJson => ({ kind, address });
  const trace = (more: Partial<TraceJson>): TraceJson => ({ frames: [], end: 'complete', detail: '', ...more });

  it('begins where the system crashed, below the frames common to all crashes', () => {
    const traces = [
      trace({ cpu: 0, frames: [frame('0x10')] }),
      trace({ cpu: 1, crashed: true, crashFrames: 2, task: { address: '0x9', comm: 'orderd' }, frames: ['0x20', '0x30', '0x40'].map((one) => frame(one)) }),
    ];
    const first = firstCode(traces, [], 'id');
    expect(first?.position).toMatchObject({ space: 'virtual', address: 0x40n });
    expect(first?.why).toContain('(orderd) crashed');
  });

  it('begins at a CPU if no stack shows a crash, and says so; nowhere without registers', () => {
    const cpu = { id: 3, registers: { rip: '0xffffffff81000000' } } as unknown as CpuJson;
    const first = firstCode([trace({ cpu: 3, frames: [frame('0x10')] })], [{ id: 2 } as CpuJson, cpu], 'id');
    expect(first?.position).toMatchObject({ space: 'virtual', cpu: 3, address: 0xffffffff81000000n });
    expect(first?.why).toContain('no stack in this dump shows a crash');
    expect(firstCode([], [{ id: 0 } as CpuJson], 'id')).toBeUndefined();
  });
});
