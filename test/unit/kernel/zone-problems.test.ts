/** Rules over zones: from when on they warn, what they say where they cannot read, and that lost structures warn of nothing. */
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/analysis/kernel/problems/problem-rule.ts';
import type { ProblemFacts } from '../../../src/analysis/kernel/problems/problem-facts.ts';
import { fragmentation, zoneWatermarks } from '../../../src/analysis/kernel/problems/rules/zones.ts';
import type { MemoryImage } from '../../../src/samples/memory-image.ts';
import { isFailure, type Failure } from '../../../src/shared/result.ts';
import { describedKernel } from './described-structs.ts';
import { describedZone, zoneAt, zonePlaces, zoneStructs, zoneVmcoreinfo } from './described-zones.ts';

interface Found {
  readonly problems: readonly Problem[];
  readonly missing: readonly Failure[];
}
function looked(rule: typeof fragmentation, memory: MemoryImage, threshold?: number): Found {
  const at = zonePlaces.name + 0x100;
  if (threshold !== undefined) memory.u32(at, threshold);
  const symbols = { vmemmap: zonePlaces.vmemmap, ...(threshold === undefined ? {} : { sysctl_extfrag_threshold: at }) };
  const kernel = describedKernel(memory, { types: zoneStructs.types(), symbols, vmcoreinfo: zoneVmcoreinfo });
  const all = [...rule.look({ kernel } as unknown as ProblemFacts)];
  return { problems: all.filter((one): one is Problem => !isFailure(one)), missing: all.filter(isFailure) };
}
const zoneWith = (values: Readonly<Record<string, number>>): MemoryImage => {
  const memory = describedZone();
  zoneStructs.put(memory, zoneAt, 'zone', values);
  return memory;
};

describe('free memory of a zone against its watermarks', () => {
  it.each([
    [11, 'error'],
    [12, 'warning'],
    [13, 'warning'],
    [14, undefined],
  ])('%i free pages of min 12, low 14 with the boost', (free, severity) => {
    const { problems, missing } = looked(zoneWatermarks, zoneWith({ 'vm_stat[0]': free }));
    expect(missing).toEqual([]);
    expect(problems.map((one) => [one.subject, one.severity, one.value])).toEqual(
      severity === undefined ? [] : [['zone DMA of node 0', severity, `${free} pages`]],
    );
  });

  it('is not looked at where the allocator has no memory, and missing where watermarks are none', () => {
    expect(looked(zoneWatermarks, zoneWith({ managed_pages: 0 }))).toEqual({ problems: [], missing: [] });
    expect(looked(zoneWatermarks, zoneWith({ '_watermark[2]': 5 })).missing[0]?.missing.what).toBe('zone._watermark');
  });
});

describe('fragmentation', () => {
  const many = { '_watermark[0]': 1, '_watermark[1]': 2, '_watermark[2]': 3, watermark_boost: 0 };
  it('is warned of above the threshold of the kernel, by its own index', () => {
    // 11 pages in 5 blocks: 1000 - (1000 + 11000 / 8) / 5.
    expect(looked(fragmentation, zoneWith(many)).problems.map(({ value }) => value)).toEqual(['index 525']);
    expect(looked(fragmentation, zoneWith(many), 525).problems).toEqual([]);
    expect(looked(fragmentation, zoneWith(many), 524).problems).toHaveLength(1);
    expect(looked(fragmentation, zoneWith({ ...many, 'free_area[0].nr_free': 1, 'free_area[2].nr_free': 1 })).problems).toEqual([]);
  });

  it('is none where memory is short, or nothing is free', () => {
    expect(looked(fragmentation, zoneWith({}))).toEqual({ problems: [], missing: [] });
    expect(looked(fragmentation, zoneWith({ ...many, 'free_area[0].nr_free': 0, 'free_area[2].nr_free': 0 })).problems).toEqual([]);
  });
});

describe.each([
  ['zone-watermarks', zoneWatermarks, {}],
  ['fragmentation', fragmentation, { '_watermark[0]': 1, '_watermark[1]': 2, '_watermark[2]': 3, watermark_boost: 0 }],
] as const)('%s', (_name, rule, values) => {
  it.each(Object.entries(zonePlaces))('%s set to zero warns of nothing else', (_place, at) => {
    const whole = looked(rule, zoneWith(values)).problems;
    expect(whole).toHaveLength(1);
    const { problems, missing } = looked(rule, zoneWith(values).fill(at, 0x1000, 0));
    if (problems.length === 0) expect(missing.length).toBeGreaterThan(0);
    else expect(problems).toEqual(whole);
  });
});
