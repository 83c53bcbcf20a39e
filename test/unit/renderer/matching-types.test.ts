import { describe, expect, it } from 'vitest';
import { matchingTypes } from '../../../src/renderer/views/hex/matching-types.ts';

describe('kernel types by a part of their name', () => {
  const names = ['dma_page', 'page', 'page_pool', 'Pageant', 'task_struct'];

  it('come with the exact name first, then names that begin with it', () => {
    expect(matchingTypes(names, 'page')).toEqual(['page', 'Pageant', 'page_pool', 'dma_page']);
    expect(matchingTypes(names, ' struct TASK')).toEqual(['task_struct']);
  });

  it('are empty without a text, and exclude names that do not contain it', () => {
    expect(matchingTypes(names, '  ')).toEqual([]);
    expect(matchingTypes(names, 'inode')).toEqual([]);
  });
});
