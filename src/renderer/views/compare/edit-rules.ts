/** Small changes of a set of ignore rules, each giving a new set. */
import type { IgnoreRules } from '../../../shared/ignore-rules.ts';

const ownName = 'My rules';

/**
 * The chosen set with one more field. The built-in set stays as it is: what it has goes along into a person's own.
 * @param field `section.field`
 */
export function withField(all: readonly IgnoreRules[], chosen: string | undefined, isBuiltIn: (name: string) => boolean, field: string): IgnoreRules {
  const base = all.find(({ name }) => name === chosen);
  const own = base === undefined || isBuiltIn(base.name) ? all.find(({ name }) => name === ownName) : base;
  const rules = own?.rules ?? (base === undefined ? [] : base.rules);
  const rule = { name: field, fields: [field] };
  return { schema: 1, name: own?.name ?? ownName, rules: [...rules.filter(({ name }) => name !== field), rule] };
}

export const withoutRule = (rules: IgnoreRules, index: number): IgnoreRules => ({ ...rules, rules: rules.rules.toSpliced(index, 1) });
