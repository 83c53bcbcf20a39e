/** A click on a difference adds a rule to a set of the user's own. */
import { describe, expect, it } from 'vitest';
import type { IgnoreRules } from '../../../src/shared/ignore-rules.ts';
import { withField, withRange } from '../../../src/renderer/views/compare/edit-rules.ts';

const builtIn: IgnoreRules = { schema: 1, name: 'Time', rules: [{ name: 'time', preset: 'time' }] };
const mine: IgnoreRules = { schema: 1, name: 'Mine', rules: [{ name: 'cpus.r2', fields: ['cpus.r2'] }] };
const isBuiltIn = (name: string): boolean => name === 'Time';
const range = { start: 0x1000n, end: 0x5000n };
const rangeRule = { name: '0x1000 to 0x5000', ranges: [{ start: '0x1000', end: '0x5000' }] };

describe('a range that is ignored', () => {
  it('is added to the chosen set, once', () => {
    const once = withRange({ all: [builtIn, mine], chosen: 'Mine', isBuiltIn }, range);
    expect(once).toEqual({ ...mine, rules: [...mine.rules, rangeRule] });
    expect(withRange({ all: [builtIn, once], chosen: 'Mine', isBuiltIn }, range)).toEqual(once);
  });

  it('copies the built-in rules to a new set', () => {
    const made = withRange({ all: [builtIn], chosen: 'Time', isBuiltIn }, range);
    expect(made.name).not.toBe('Time');
    expect(made.rules).toEqual([...builtIn.rules, rangeRule]);
    expect(withRange({ all: [builtIn], chosen: undefined, isBuiltIn }, range).rules).toEqual([rangeRule]);
  });
});

describe('a field that is ignored', () => {
  it('is added in the same way', () => {
    expect(withField({ all: [builtIn, mine], chosen: 'Mine', isBuiltIn }, 'notes.x').rules.at(-1)).toEqual({ name: 'notes.x', fields: ['notes.x'] });
  });
});
