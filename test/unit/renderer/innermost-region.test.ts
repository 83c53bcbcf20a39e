import { expect, it } from 'vitest';
import type { RegionJson } from '../../../src/shared/structure-model.ts';
import { innermostRegion } from '../../../src/renderer/views/compare/innermost-region.ts';

it('names the smallest region of the dumped system around an address', () => {
  const region = (kind: RegionJson['kind'], name: string, start: string, end: string) => ({ kind, name, start, end }) as RegionJson;
  const regions = [
    region('stored', 'memory', '0x0', '0x10000'),
    region('kernel', 'kernel image', '0x1000', '0x8000'),
    region('structure', 'os_info', '0x2000', '0x3000'),
  ];
  expect(innermostRegion(regions, 0x2000n)).toBe('os_info');
  expect(innermostRegion(regions, 0x3000n)).toBe('kernel image');
  expect(innermostRegion(regions, 0x9000n)).toBeUndefined();
});
