/** Two records field by field, whatever they are records of. */
import type { Difference } from '../../shared/compare-model.ts';
import { defined } from '../../shared/defined.ts';

/** Field name -> value as it is shown. */
export type Fields = ReadonlyMap<string, string>;

/** Leaves of a JSON value under dotted names; members of `skip` are left out at every depth. */
export function flatten(value: unknown, skip: ReadonlySet<string> = new Set(), prefix = ''): Map<string, string> {
  const fields = new Map<string, string>();
  const walk = (at: unknown, name: string): void => {
    if (at === undefined) return;
    if (typeof at === 'object' && at !== null) {
      for (const [key, member] of Object.entries(at)) if (!skip.has(key)) walk(member, name === '' ? key : `${name}.${key}`);
    } else fields.set(name, typeof at === 'string' ? at : JSON.stringify(at));
  };
  walk(value, prefix);
  return fields;
}

/**
 * Fields that differ, in the order of the left record, then what only the right one has.
 * @param cpu number that the differences carry
 */
export function differingFields(left: Fields, right: Fields, cpu?: number): Difference[] {
  const about = defined({ cpu });
  const differences: Difference[] = [];
  for (const [field, value] of left) {
    const other = right.get(field);
    if (other !== value) differences.push({ ...about, field, left: value, ...defined({ right: other }) });
  }
  for (const [field, value] of right) if (!left.has(field)) differences.push({ ...about, field, right: value });
  return differences;
}
