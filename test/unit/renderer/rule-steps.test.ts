/** Ignored differences can be counted again, also by undo. */
import { describe, expect, it } from 'vitest';
import type { IgnoreRules } from '../../../src/shared/ignore-rules.ts';
import { createComparisons } from '../../../src/renderer/state/comparisons.ts';
import type { Notice } from '../../../src/renderer/state/notice.ts';
import { createStore } from '../../../src/renderer/state/store.ts';
import { createUndoStack } from '../../../src/renderer/state/undo.ts';
import { withRange } from '../../../src/renderer/views/compare/edit-rules.ts';
import { changeRules, ruleBook, ruleOver } from '../../../src/renderer/views/compare/rule-steps.ts';

function desk() {
  const notice = createStore<Notice | undefined>(undefined);
  const comparisons = createComparisons({ read: () => undefined, write: () => undefined });
  return { comparisons, undo: createUndoStack(notice), notice };
}
const range = { start: 0x1000n, end: 0x3000n };

describe('ignoring a range', () => {
  it('is announced, undone along with its new set, and redone', () => {
    const { comparisons, undo, notice } = desk();
    const rules = withRange(ruleBook({ comparisons }, 'a'), range);
    changeRules({ comparisons, undo }, 'a', 'Ignored 0x1000 to 0x3000', rules.name, rules);
    expect(comparisons.ownRules()).toEqual([rules]);
    expect(comparisons.settings.get().a?.rules).toBe(rules.name);
    expect(notice.get()?.text).toBe('Ignored 0x1000 to 0x3000');
    undo.undo();
    expect(comparisons.ownRules()).toEqual([]);
    expect(comparisons.settings.get().a?.rules).toBeUndefined();
    undo.redo();
    expect(comparisons.ownRules()).toEqual([rules]);
  });

  it('leaves the earlier choice unchanged', () => {
    const { comparisons, undo } = desk();
    comparisons.saveRules({ schema: 1, name: 'Mine', rules: [{ name: 'cpus.r2', fields: ['cpus.r2'] }] });
    comparisons.change('a', { rules: 'Mine' });
    const rules = withRange(ruleBook({ comparisons }, 'a'), range);
    changeRules({ comparisons, undo }, 'a', 'Ignored a range', rules.name, rules);
    expect(comparisons.ownRules()[0]?.rules.length).toBe(2);
    undo.undo();
    expect(comparisons.ownRules()[0]?.rules.map(({ name }) => name)).toEqual(['cpus.r2']);
    expect(comparisons.settings.get().a?.rules).toBe('Mine');
  });
});

it('a deleted set comes back', () => {
  const { comparisons, undo } = desk();
  const mine: IgnoreRules = { schema: 1, name: 'Mine', rules: [{ name: 'x', fields: ['cpus.x'] }] };
  comparisons.saveRules(mine);
  comparisons.change('a', { rules: 'Mine' });
  changeRules({ comparisons, undo }, 'a', 'Deleted the rules Mine', 'Mine', undefined);
  expect([comparisons.ownRules(), comparisons.settings.get().a?.rules]).toEqual([[], undefined]);
  undo.undo();
  expect([comparisons.ownRules(), comparisons.settings.get().a?.rules]).toEqual([[mine], 'Mine']);
});

it('the rule over a range is found where they overlap', () => {
  const rules: IgnoreRules = {
    schema: 1,
    name: 'Mine',
    rules: [
      { name: 'f', fields: ['x.y'] },
      { name: 'log', ranges: [{ start: '0x1000', end: '0x2000' }] },
    ],
  };
  expect(ruleOver(rules, { start: 0x1800n, end: 0x5000n })?.name).toBe('log');
  expect(ruleOver(rules, { start: 0x2000n, end: 0x5000n })).toBeUndefined();
  expect(ruleOver(undefined, range)).toBeUndefined();
});
