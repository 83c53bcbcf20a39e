import { describe, expect, it } from 'vitest';
import { matchingTypes } from '../../../src/renderer/views/hex/matching-types.ts';

describe('types of the kernel by a part of their name', () => {
  const names = ['dma_page', 'page', 'page_pool', 'Pageant', 'task_struct'];

  it('come with the name itself first, then what begins with it', () => {
    expect(matchingTypes(names, 'page')).toEqual(['page', 'Pageant', 'page_pool', 'dma_page']);
    expect(matchingTypes(names, ' struct TASK')).toEqual(['task_struct']);
  });

  it('are none without a text, and none that do not hold it', () => {
    expect(matchingTypes(names, '  ')).toEqual([]);
    expect(matchingTypes(names, 'inode')).toEqual([]);
  });
});
