/** Whether all that split BTF refers to exists: a blob with overwritten bytes can have the right lengths everywhere. */
import { stepTurns, type Steps } from '../../jobs/steps.ts';
import { kinds, type BtfKind, type BtfTypes } from './btf-types.ts';

const referring = new Set<BtfKind>([
  kinds.pointer,
  kinds.typedef,
  kinds.volatile,
  kinds.const,
  kinds.restrict,
  kinds.function,
  kinds.prototype,
  kinds.variable,
  kinds.declTag,
  kinds.typeTag,
]);

/** The first reference of its own types that leads nowhere, in words; undefined when all hold. */
export function* danglingReference(types: BtfTypes): Steps<string | undefined> {
  const holds = (id: number): boolean => id <= types.count;
  for (let id = types.firstId; id <= types.count; id += 1) {
    if (id % stepTurns === 0) yield;
    const type = types.get(id);
    if (type === undefined) return `type ${id} cannot be read`;
    const array = types.array(id);
    const members = types.members(id);
    const targets = [...(referring.has(type.kind) ? [type.type] : []), ...(array === undefined ? [] : [array.type]), ...members.map((one) => one.type)];
    const wrong = targets.find((target) => !holds(target));
    if (wrong !== undefined) return `type ${id} refers to type ${wrong}, and there are ${types.count}`;
    const beyond = members.find(({ bitOffset }) => bitOffset > type.size * 8);
    if (beyond !== undefined) return `a member of type ${id} lies past its end`;
  }
  return undefined;
}
