/** Changes of ignore rules that can be undone. */
import type { IgnoreRules } from '../../../shared/ignore-rules.ts';
import type { AddressRange } from '../../../shared/units.ts';
import type { Workbench } from '../../workbench.ts';
import type { RuleBook } from './edit-rules.ts';

type Changing = Pick<Workbench, 'comparisons' | 'undo'>;

/** The current rules for a comparison. @param owner key of the dump whose comparison it is */
export const ruleBook = ({ comparisons }: Pick<Workbench, 'comparisons'>, owner: string): RuleBook => ({
  all: comparisons.rules.get(),
  chosen: comparisons.settings.get()[owner]?.rules,
  isBuiltIn: comparisons.isBuiltIn,
});

/**
 * Saves a set of rules and uses it for the comparison, or deletes one.
 * @param rules undefined: deletes the set with this name, and uses none
 * @param label what was done, in the past tense
 */
export function changeRules({ comparisons, undo }: Changing, owner: string, label: string, name: string, rules: IgnoreRules | undefined): void {
  const before = comparisons.rules.get().find((one) => one.name === name);
  const chosen = comparisons.settings.get()[owner]?.rules;
  const put = (set: IgnoreRules | undefined, choice: string | undefined): void => {
    if (set === undefined) comparisons.dropRules(name);
    else comparisons.saveRules(set);
    comparisons.change(owner, { rules: choice });
  };
  const redo = (): void => put(rules, rules?.name);
  redo();
  undo.announce({ label, dump: owner, undo: () => put(before, chosen), redo });
}

/** The first rule that covers part of a range of the left dump. */
export function ruleOver(rules: IgnoreRules | undefined, range: AddressRange): IgnoreRules['rules'][number] | undefined {
  return rules?.rules.find(({ ranges = [] }) => ranges.some(({ start, end }) => BigInt(start) < range.end && BigInt(end) > range.start));
}
