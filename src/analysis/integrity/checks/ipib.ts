import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { csumPartial } from '../../arch/s390x/checksum.ts';
import { lowcorePointers, lowcorePointersAddress } from '../../arch/s390x/lowcore-pointers.ts';
import { osInfoValid, type OsInfoSearch } from '../../arch/s390x/os-info.ts';
import { parse } from '../../layout/struct.ts';
import { failed, notApplicable, notRecorded, passed, unreadable, type Check } from '../check.ts';

/** The length of an IPL parameter block is its first word; real ones are at most a page. */
const maxBlockBytes = 0x10000;

const checksumAt = lowcorePointersAddress + 8n;
const reiplEntry = 1;

/** What a sound os_info records of the block, if it is the same one. */
function secondChecksum(osInfo: OsInfoSearch, pointer: bigint, length: number): number | undefined {
  const entry = osInfoValid(osInfo) ? osInfo.values.entry[reiplEntry] : undefined;
  return entry?.addr === pointer && entry.size === BigInt(length) ? entry.csum : undefined;
}

/** The IPL parameter block for re-IPL matches the checksum next to its pointer (meminfo.md section 2, check 10 of section 6). */
export const ipib: Check = {
  id: 'ipib',
  title: 'Checksum of the re-IPL parameter block',
  failure: 'The IPL information block is damaged.',
  gravity: 64,
  cost: 'headers',
  structure: 'IPL parameter block',
  vouches: true,
  run({ image, memory, osInfo }) {
    if (!architectures[image.machine.arch].features.has('os-info')) return notApplicable('re-IPL exists on s390x only');
    const words = memory.readPresent(lowcorePointersAddress, lowcorePointers.size);
    if (words === undefined) return unreadable(image.encrypted ?? 'absolute 0xe00 is not in the dump');
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
    const detail = `the checksum over ${length} bytes at absolute ${hex(pointer)} is ${hex(computed)}, but the recorded one is ${hex(recorded)}`;
    // The lowcore has its checksum at 0xe08; nothing covers that. os_info keeps another one of the same block, and is covered itself.
    const own = { space: 'absolute' as const, start: hex(checksumAt), end: hex(checksumAt + 4n) };
    switch (osInfo === undefined ? undefined : secondChecksum(osInfo, pointer, length)) {
      case computed:
        return failed(`${detail}: os_info records ${hex(computed)} too, so the block is unchanged and the checksum in the lowcore was overwritten`, {
          ...values,
          ranges: [own],
          failure: 'The checksum of the IPL information block was overwritten.',
        });
      case recorded:
        return failed(`${detail}: os_info records the latter too, so the block changed`, values);
      default:
        return failed(`${detail}: the block or the checksum in the lowcore changed`, {
          ...values,
          ranges: [place, own],
          failure: 'The IPL information block does not match its checksum.',
        });
    }
  },
};
