import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { csumPartial } from '../../arch/s390x/checksum.ts';
import { lowcorePointers, lowcorePointersAddress } from '../../arch/s390x/lowcore-pointers.ts';
import { parse } from '../../layout/struct.ts';
import { failed, notApplicable, notRecorded, passed, unreadable, type Check } from '../check.ts';

/** The length of an IPL parameter block is its first word; real ones are at most a page. */
const maxBlockBytes = 0x10000;

/** The IPL parameter block for re-IPL matches the checksum beside its pointer (meminfo.md section 2, check 10 of section 6). */
export const ipib: Check = {
  id: 'ipib',
  title: 'Checksum of the re-IPL parameter block',
  failure: 'The IPL information block is damaged.',
  gravity: 64,
  cost: 'headers',
  structure: 'IPL parameter block',
  vouches: true,
  run({ image, memory }) {
    if (!architectures[image.machine.arch].features.has('os-info')) return notApplicable('re-IPL exists on s390x only');
    const words = memory.readPresent(lowcorePointersAddress, lowcorePointers.size);
    if (words === undefined) return unreadable('absolute 0xe00 is not in the dump');
    const { ipib: pointer, ipib_checksum: recorded } = parse(lowcorePointers, words);
    if (pointer === 0n) return notRecorded('the pointer at absolute 0xe00 is zero: dump_reipl did not run');
    const head = memory.readPresent(pointer, 4);
    if (head === undefined) return unreadable(`the block at absolute ${hex(pointer)} is not in the dump`);
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
    const place = { space: 'absolute' as const, start: hex(pointer), end: hex(pointer + BigInt(length)) };
    if (length < 4 || length > maxBlockBytes)
      return failed(`the block at absolute ${hex(pointer)} claims ${length} bytes`, { ranges: [{ ...place, end: hex(pointer + 4n) }] });
    const block = memory.readPresent(pointer, length);
    if (block === undefined) return unreadable(`the block at absolute ${hex(pointer)} is not wholly in the dump`);
    const computed = csumPartial(block);
    const values = { recorded: hex(recorded), computed: hex(computed), ranges: [place] };
    if (computed === recorded) return passed(`checksum ${hex(computed)} over ${length} bytes at absolute ${hex(pointer)}`, values);
    return failed(`the checksum over ${length} bytes at absolute ${hex(pointer)} is ${hex(computed)}, recorded is ${hex(recorded)}`, values);
  },
};
