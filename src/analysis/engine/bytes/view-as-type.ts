/** The kernel's own types laid over any place of a dump, in any address space. */
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { StructViewJson } from '../../../shared/inspect-model.ts';
import type { TypeNamesJson } from '../../../shared/kernel-model.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { kinds } from '../../kernel/btf/btf-types.ts';
import { aggregateNamed, layoutRows, resolved, sizeOf, typeText, type LayoutRow } from '../../kernel/btf/type-layout.ts';
import { parseTypeName, scopeOf } from '../../kernel/btf/type-scope.ts';
import { valueAt, type TypeMemory } from '../../kernel/btf/type-values.ts';
import { namesOf } from '../kernel/kernel-names.ts';
import { readMemory, type ReadRequest } from './read.ts';
import type { Session } from '../session/session.ts';
import { typeNames } from '../kernel/type-names.ts';
import { isFailure, valueOf } from '../../../shared/result.ts';

type Place = Omit<ReadRequest, 'length'>;

const addressEnd = 1n << 64n;

/** Bytes of one address space as the reader of values takes them. */
export function memoryAt(session: Session, place: Place, pointerBytes: 4 | 8): TypeMemory {
  const read = (address: bigint, length: number): ReturnType<typeof readMemory> | undefined =>
    address + BigInt(length) > addressEnd ? undefined : readMemory(session, { ...place, address, length });
  return {
    endian: session.image.machine.endian === 'little' ? 'little' : 'big',
    pointerBytes,
    bytes(address, length) {
      const answer = read(address, length);
      return answer?.absent.length === 0 ? answer.data : undefined;
    },
    absence(address, length) {
      const gap = read(address, length)?.absent[0];
      return {
        detail: gap === undefined ? 'it lies outside the address space' : `${gap.start} is ${gap.state}${gap.reason === undefined ? '' : `: ${gap.reason}`}`,
      };
    },
  };
}

/** "se.on_rq" for a member of an opened one; an anonymous struct or union adds nothing, and is not a field itself. */
function pathsOf(rows: readonly LayoutRow[]): readonly { readonly path: string; readonly row: LayoutRow }[] {
  const names: string[] = [];
  return rows.flatMap((row) => {
    names.length = row.depth;
    names.push(row.member.name);
    return row.member.name === '' ? [] : [{ path: names.filter((name) => name !== '').join('.'), row }];
  });
}

/**
 * The members of a struct or union of the kernel as the bytes at an address say, whether they make sense or not; members that are
 * structs themselves appear as one field with their type.
 * @throws DumpError absent when the dump has no types, or no struct of that name; what `readMemory` throws
 * @throws Cancelled
 */
export async function viewAsType(session: Session, name: string, place: Place, signal: AbortSignal): Promise<StructViewJson> {
  const kernel = await session.findKernel(signal);
  const search = await kernel.findTypes(signal);
  if (isFailure(search)) throw new DumpError('absent', { file: session.path }, search.missing.why, 'BTF of the kernel');
  const { pointerBytes } = kernel.memory;
  const wanted = parseTypeName(name);
  const found = await scopeOf(search.value.types, wanted, pointerBytes, () => kernel.findModuleTypes(signal));
  const scope = valueOf(found);
  const struct = scope === undefined ? undefined : aggregateNamed(scope.types, wanted.name, scope.from);
  if (scope === undefined || struct === undefined) {
    const why = isFailure(found) ? found.missing.why : `no struct or union is named ${name}`;
    throw new DumpError('absent', { file: session.path }, why, 'a type of the kernel or of a loaded module');
  }
  const { types } = scope;
  // A place that no read can reach fails as a whole, not member by member.
  readMemory(session, { ...place, length: 1 });
  const symbols = namesOf(kernel);
  const context = { types, memory: memoryAt(session, place, pointerBytes), symbols: 'why' in symbols ? undefined : symbols };
  return {
    schema: schemaVersion,
    name: `${typeText(types, struct.id)}${scope.module === undefined ? '' : ` of ${scope.module}`}`,
    size: struct.size,
    fields: pathsOf(layoutRows(types, struct.id, 0)).map(({ path, row: { member, bitOffset } }) => {
      const { value, text, absent } = valueAt(context, place.address, member.type, bitOffset, member.bits);
      const type = typeText(types, member.type);
      const size = member.bits === 0 ? (sizeOf(types, member.type, pointerBytes) ?? 0) : Math.ceil(((bitOffset % 8) + member.bits) / 8);
      // Structs and arrays have no one value: their type stands for it, and the text where they are one.
      const shown = absent === undefined && value === undefined ? (text ?? type) : value;
      const bits = member.bits === 0 ? '' : `, ${member.bits} bits starting at bit ${bitOffset % 8}`;
      return {
        name: path,
        offset: Math.floor(bitOffset / 8),
        size,
        ...defined({ value: shown }),
        ...(text === undefined || value === undefined ? {} : { text }),
        doc: `${type}${bits}${absent === undefined ? '' : ` · ${absent}`}`,
      };
    }),
  };
}

/** Names that `viewAsType` takes, in the order of the alphabet, or why there are none. @throws Cancelled */
export async function listViewableTypes(session: Session, signal: AbortSignal): Promise<TypeNamesJson> {
  const kernel = await session.findKernel(signal);
  return typeNames(kernel, undefined, signal, (types, id) => {
    const kind = resolved(types, id)?.kind;
    return kind === kinds.struct || kind === kinds.union;
  });
}
