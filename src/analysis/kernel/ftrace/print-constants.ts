/** Enumerators that print formats name: where the kernel did not put their values into the text (TRACE_DEFINE_ENUM), its types have them. */
import { kinds, type BtfTypes } from '../btf/btf-types.ts';

/** @returns values of those names of which all enums that have them agree */
export function enumeratorValues(types: BtfTypes | undefined, names: ReadonlySet<string>): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  if (types === undefined || names.size === 0) return found;
  const doubtful = new Set<string>();
  for (let id = 1; id <= types.count; id += 1) {
    const kind = types.get(id)?.kind;
    if (kind !== kinds.enum && kind !== kinds.enum64) continue;
    for (const { name, value } of types.enumerators(id)) {
      if (!names.has(name)) continue;
      if ((found.get(name) ?? value) !== value) doubtful.add(name);
      found.set(name, value);
    }
  }
  for (const name of doubtful) found.delete(name);
  return found;
}
