import { expect, it } from 'vitest';
import { defined } from '../../../src/shared/defined.ts';

it('leaves out what is undefined and nothing else, in the order in which it is written', () => {
  const nothing: string | undefined = undefined;
  const kept = { before: 1, ...defined({ zero: 0, nothing, empty: '', no: false }), after: 2 };
  expect(JSON.stringify(kept)).toBe('{"before":1,"zero":0,"empty":"","no":false,"after":2}');
  expect('nothing' in kept).toBe(false);
  expect(defined({ nothing })).toEqual({});
});
