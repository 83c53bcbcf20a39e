/**
 * What lies in an archive once everything is unpacked: members, those of an archive that is a member itself, one level deep, and what members that
 * are packed unpack to.
 */
import type { ArchiveMember, ArchiveMembers } from './archive-member.ts';
import { membersInside, peel } from './archive-members.ts';
import type { UnpackEnd, Unpacked } from './unpack-end.ts';
import { defined } from '../../shared/defined.ts';

/** What is read of each to know what it is. */
const leafHeadBytes = 1 << 16;
const mostDepth = 2;

export interface ArchiveLeaf {
  /** Number of the member; with it, that in the archive which the member is. */
  readonly numbers: readonly number[];
  /** Names likewise, hostile (`ArchiveMember.name`). */
  readonly names: readonly string[];
  readonly kind: ArchiveMember['kind'];
  /** Bytes of the member as its archive has it: packed ones where it is packed besides. */
  readonly bytes: number | undefined;
  /** What the member is packed in, from the outside in. */
  readonly wrappers: readonly string[];
  readonly closed?: string;
  /** The first bytes of the contents; empty of what is not a file, is closed, or was not wanted. */
  readonly head: Buffer;
  /** The contents, unpacked; returns how they ended. To be read before the next leaf is asked for. */
  contents(): Unpacked;
}

interface LeafWishes {
  /** Only this one is looked into; the others are passed over. */
  readonly only?: readonly number[];
}

const isWhole = ({ kind }: UnpackEnd): boolean => kind === 'whole' || kind === 'followed';

/** Contents with a note of how they ended, whoever reads them. */
function noting(contents: Unpacked): { readonly pieces: Unpacked; readonly end: () => UnpackEnd | undefined } {
  const state: { end?: UnpackEnd } = {};
  return {
    pieces: (async function* (): Unpacked {
      state.end = yield* contents;
      return state.end;
    })(),
    end: () => state.end,
  };
}

/** Contents of what has none. */
async function* nothing(): Unpacked {
  yield* await Promise.resolve<readonly Uint8Array[]>([]);
  return { kind: 'whole' };
}

/** @returns how the archive ended */
export async function* archiveLeaves(
  members: ArchiveMembers,
  file: string,
  { only }: LeafWishes = {},
  above: { readonly numbers: readonly number[]; readonly names: readonly string[] } = { numbers: [], names: [] },
): AsyncGenerator<ArchiveLeaf, UnpackEnd> {
  const depth = above.numbers.length;
  const wanted = only?.[depth];
  let within: UnpackEnd | undefined;
  for (;;) {
    const next = await members.next();
    if (next.done === true) return isWhole(next.value) && within !== undefined ? within : next.value;
    const member = next.value;
    if (wanted !== undefined && member.number !== wanted) continue;
    const { kind, bytes, closed } = member;
    const place = { numbers: [...above.numbers, member.number], names: [...above.names, member.name] };
    const common = { ...place, kind, bytes, ...defined({ closed }) };
    if (kind !== 'file' || closed !== undefined) {
      yield { ...common, wrappers: [], head: Buffer.alloc(0), contents: nothing };
      continue;
    }
    const stored = noting(member.contents());
    const peeled = await peel(stored.pieces, file);
    const inside = depth + 1 < mostDepth && (only === undefined || only.length > depth + 1) ? membersInside(peeled, file) : undefined;
    if (inside !== undefined) {
      const end = yield* archiveLeaves(inside, file, only === undefined ? {} : { only }, place);
      if (!isWhole(end)) within ??= end;
      await peeled.cursor.close();
      continue;
    }
    const { cursor } = peeled;
    yield {
      ...common,
      wrappers: peeled.wrappers,
      head: Buffer.from(await cursor.look(leafHeadBytes)),
      async *contents(): Unpacked {
        yield* cursor.take(Infinity);
        // What is wrong with the member takes away from what it is packed in: the outer one is the cause.
        const outer = stored.end() ?? { kind: 'whole' };
        return isWhole(outer) ? peeled.end() : outer;
      },
    };
    await cursor.close();
  }
}
