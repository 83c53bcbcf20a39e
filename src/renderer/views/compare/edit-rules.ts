/** Small changes of a set of ignore rules, each giving a new set. */
import type { IgnoreRules } from '../../../shared/ignore-rules.ts';
import { hex, type AddressRange } from '../../../shared/units.ts';

const ownName = 'My rules';

/** All sets, the chosen one, and which of them cannot be changed. */
export interface RuleBook {
  readonly all: readonly IgnoreRules[];
  readonly chosen: string | undefined;
  readonly isBuiltIn: (name: string) => boolean;
}

/**
 * The chosen set with one more rule, which replaces one of the same name. The built-in set stays unchanged: its rules are copied to the user's own
 * set.
 */
function withRule({ all, chosen, isBuiltIn }: RuleBook, rule: IgnoreRules['rules'][number]): IgnoreRules {
  const base = all.find(({ name }) => name === chosen);
  const own = base === undefined || isBuiltIn(base.name) ? all.find(({ name }) => name === ownName) : base;
  const rules = own?.rules ?? (base === undefined ? [] : base.rules);
  return { schema: 1, name: own?.name ?? ownName, rules: [...rules.filter(({ name }) => name !== rule.name), rule] };
}

/** @param field `section.field` */
export const withField = (book: RuleBook, field: string): IgnoreRules => withRule(book, { name: field, fields: [field] });

/** @param range absolute addresses in the left dump */
export function withRange(book: RuleBook, range: AddressRange): IgnoreRules {
  const [start, end] = [hex(range.start), hex(range.end)];
  return withRule(book, { name: `${start} to ${end}`, ranges: [{ start, end }] });
}

/** The set without the rule of a given name. */
export const withoutRuleNamed = (rules: IgnoreRules, name: string): IgnoreRules => ({ ...rules, rules: rules.rules.filter((rule) => rule.name !== name) });

export const withoutRule = (rules: IgnoreRules, index: number): IgnoreRules => ({ ...rules, rules: rules.rules.toSpliced(index, 1) });
