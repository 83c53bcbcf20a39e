/** Getting one member out of an archive, as other packed files are unpacked: a stage that takes the whole file. */
import { archiveLeaves, type ArchiveLeaf } from './archive-leaves.ts';
import type { ArchiveMembers } from './archive-member.ts';
import { archiveMembers, membersInside, peel } from './archive-members.ts';
import type { ByteSource } from './byte-source.ts';
import type { Unpacking } from './decompressor.ts';
import type { PackedMember, Packing } from './packing.ts';
import { PieceCursor, type Pieces } from './piece-cursor.ts';
import type { UnpackEnd } from './unpack-end.ts';

/** "gzip in tar in xz". */
const packingName = ({ wrappers, archive, archiveWrappers }: PackedMember): string =>
  [...wrappers.toReversed(), archive, ...archiveWrappers.toReversed()].join(' in ');

function unpackingOf(source: ByteSource, numbers: readonly number[], isZip: boolean): Unpacking {
  const state: { end?: UnpackEnd; checksums: 'all' | 'some' | 'none' } = { checksums: isZip ? 'all' : 'none' };

  /** The one member, then whatever follows it, so that what is recorded at the end of a layer is compared too. */
  async function* oneOf(members: ArchiveMembers): AsyncGenerator<Uint8Array, undefined> {
    const leaves: AsyncGenerator<ArchiveLeaf, UnpackEnd> = archiveLeaves(members, source.name, { only: numbers });
    for (;;) {
      const next = await leaves.next();
      if (next.done === true) {
        // It was there when the archive was gone through.
        state.end ??= next.value.kind === 'whole' || next.value.kind === 'followed' ? { kind: 'cut', at: 0 } : next.value;
        return undefined;
      }
      if (next.value.numbers.length === numbers.length) state.end = yield* next.value.contents();
      // What follows a member in a zip archive says nothing of it.
      if (isZip && numbers.length === 1) {
        await leaves.return({ kind: 'whole' });
        return undefined;
      }
    }
  }

  return {
    async *stage(pieces: Pieces) {
      if (isZip) {
        const reading = await archiveMembers(source);
        if (reading !== undefined) yield* oneOf(reading.members);
        // The digest of the file is taken of what passes here.
        await new PieceCursor(pieces).skip(Infinity);
        return undefined;
      }
      const peeled = await peel(pieces, source.name, true);
      const members = membersInside(peeled, source.name, true);
      if (members !== undefined) yield* oneOf(members);
      await peeled.cursor.skip(Infinity);
      state.checksums = peeled.checksums();
      const outer = peeled.end();
      if (state.end?.kind === 'whole' && outer.kind === 'damaged' && outer.contents) state.end = outer;
      return undefined;
    },
    end: () => state.end,
    checksums: () => state.checksums,
  };
}

/**
 * @param source the archive, open for as long as it is unpacked
 * @param numbers of the member: `ArchiveLeaf.numbers`
 */
export function memberPacking(source: ByteSource, numbers: readonly number[], member: PackedMember, bytes?: number): Packing {
  return {
    name: packingName(member),
    unit: 'member',
    key: numbers.join('!'),
    ...(bytes === undefined || member.wrappers.length > 0 ? {} : { bytes }),
    member,
    start: () => unpackingOf(source, numbers, member.archive === 'zip'),
  };
}
