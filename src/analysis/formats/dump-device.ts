/** A dump held against the record that zipl left on its disk: its size limit, and the blocks that the dumper may write. */
import type { Finding, FormatId } from '../../shared/model.ts';
import { byteText } from '../../shared/units.ts';
import type { DiskDump } from './disk-parts.ts';
import type { DumpImage } from './dump-format.ts';

const standalone: ReadonlySet<FormatId> = new Set(['s390', 's390-ext', 's390-mv', 's390-mv-ext']);

const ofLimit = (severity: Finding['severity'], title: string, detail: string, sizes: Pick<Finding, 'recorded' | 'computed'> = {}): Finding => ({
  id: 'container-complete/size-limit',
  severity,
  title,
  detail,
  ...sizes,
});

/** The dumper stores what the machine has, and no more than its limit (zipl/boot/stage2dump.c, mem_and_cpu_init). */
function limitFindings(
  { sizeLimit, unlimited }: { readonly sizeLimit?: number | undefined; readonly unlimited?: true | undefined },
  image: DumpImage,
): Finding[] {
  const real = image.machine.realMemory;
  const dumped = image.ranges.bytes;
  if (sizeLimit !== undefined) {
    const limit = BigInt(sizeLimit);
    const sizes = { recorded: `${limit} bytes`, computed: `${dumped} bytes` };
    if (dumped > limit)
      return [
        ofLimit(
          'warning',
          'The dump is larger than the size limit on its disk',
          `zipl's record allows ${byteText(sizeLimit)}, and the header describes ${byteText(dumped)}: the disk was prepared again after the dump, or one of them is damaged`,
          sizes,
        ),
      ];
    if (real !== undefined && real > limit && dumped === limit)
      return [
        ofLimit('info', 'Memory was left out on purpose', `the machine had ${byteText(real)}, and zipl was given a size limit of ${byteText(sizeLimit)}`),
      ];
    if (real !== undefined && dumped < limit && dumped < real)
      return [
        ofLimit(
          'warning',
          'The dump is smaller than the machine and the size limit',
          `the header describes ${byteText(dumped)}, the machine had ${byteText(real)}, and zipl's record allows ${byteText(sizeLimit)}`,
          sizes,
        ),
      ];
    return [];
  }
  if (unlimited === true && real !== undefined && dumped < real)
    return [
      ofLimit(
        'warning',
        'The dump was limited, but the record on its disk has no limit',
        `the header describes ${byteText(dumped)} of ${byteText(real)}: the disk was prepared again after the dump, or one of them is damaged`,
      ),
    ];
  return [];
}

/** Last byte on the disk that the dump claims: of its end marker, or of its last segment. */
function lastClaimed(image: DumpImage, start: number): number | undefined {
  if (image.endMarker !== undefined) return start + image.endMarker.fileOffset + 16;
  const last = image.segments.at(image.segments.length - 1);
  return last === undefined ? undefined : start + last.fileOffset + last.fileBytes;
}

/** What is wrong between a dump and the record on its disk; nothing where there is no record. Sets are looked at volume by volume elsewhere. */
export function dumpDeviceFindings({ partition, record, disk }: DiskDump, image: DumpImage): Finding[] {
  if (record === undefined || !standalone.has(image.format)) return [];
  const { device } = record;
  const findings = limitFindings(device, image);
  const { startBlock, endBlock, blockBytes = disk.blockBytes } = device;
  if (startBlock === undefined || endBlock === undefined) return findings;
  const of = (severity: Finding['severity'], title: string, detail: string): Finding => ({ id: 'container-complete/dump-device', severity, title, detail });
  if (startBlock * blockBytes !== partition.start)
    findings.push(
      of(
        'warning',
        'The dump is not in the partition that zipl prepared',
        `the record names blocks ${startBlock} to ${endBlock} of ${blockBytes} bytes, and partition ${partition.number} begins at block ${partition.start / blockBytes}`,
      ),
    );
  else if (image.container.volumes === undefined) {
    const end = (endBlock + 1) * blockBytes;
    const last = lastClaimed(image, partition.start);
    if (last !== undefined && last > end)
      findings.push(
        image.endMarker?.present === true
          ? of(
              'error',
              'The dump continues after the blocks that its dumper may write',
              `its end marker ends at 0x${last.toString(16)} of the disk, the last block of the record at 0x${end.toString(16)}`,
            )
          : of(
              'error',
              'The dump did not fit into its partition',
              `its last segment would end at 0x${last.toString(16)} of the disk, and the blocks that the dumper may write end at 0x${end.toString(16)}`,
            ),
      );
    const partitionEnd = partition.start + partition.bytes;
    if (end > partitionEnd)
      findings.push(
        of(
          'warning',
          'The record on the disk allows more than the partition has',
          `blocks ${startBlock} to ${endBlock} end at 0x${end.toString(16)}, the partition at 0x${partitionEnd.toString(16)}`,
        ),
      );
  }
  return findings;
}
