/** The disk that a dump was opened from, and the record that zipl left on it, as JSON (docs/formats/disks.md). */
import * as v from 'valibot';
import { count, isoTime } from './json-values.ts';
import { byteText } from './units.ts';

/** gpt, mbr: partition tables · cdl, ldl: the two layouts of an ECKD DASD under Linux · cms: a CMS label · fba: an FBA DASD without a label. */
const diskLayouts = ['gpt', 'mbr', 'cdl', 'ldl', 'cms', 'fba'] as const;
export type DiskLayout = (typeof diskLayouts)[number];

/** eckd, eckd-mv, fba: stand-alone dumpers · scsi: the dump tool for SCSI disks · ngdump: a list-directed dump into a file system. */
const dumpTools = ['eckd', 'eckd-mv', 'fba', 'scsi', 'ngdump'] as const;
type DumpTool = (typeof dumpTools)[number];

export const diskSchema = v.strictObject({
  layout: v.picklist(diskLayouts),
  /** Set where the file is not an image as dd makes it, but one of Hercules with tracks and records: ckd, or cckd with compressed tracks. */
  image: v.optional(v.picklist(['ckd', 'cckd'])),
  blockBytes: count,
  /** Volume serial of a DASD. */
  volume: v.optional(v.string()),
  /** How many there are. */
  partitions: count,
  partition: v.strictObject({
    number: count,
    name: v.optional(v.string()),
    /** Position of its first byte on the disk. */
    offset: count,
    bytes: count,
  }),
});
export type DiskJson = v.InferOutput<typeof diskSchema>;

const blockRange = { startBlock: v.optional(count), endBlock: v.optional(count), blockBytes: v.optional(count) };

export const dumpDeviceSchema = v.strictObject({
  tool: v.picklist(dumpTools),
  /** Of the dumper's own record. */
  version: v.optional(count),
  arch: v.optional(v.picklist(['s390x', 's390'])),
  /** Set where zipl was given a limit: bytes of memory that are dumped at most. */
  sizeLimit: v.optional(count),
  /** True where the record says that there is none. */
  unlimited: v.optional(v.literal(true)),
  /** zipl --force: volumes are written without a look at their signature. */
  force: v.optional(v.boolean()),
  /** zipl --no-compress. */
  noCompress: v.optional(v.boolean()),
  /** When zipl prepared the volumes; only the multi-volume dumper records it. */
  installed: v.optional(isoTime),
  /** The blocks that the dumper may write, both inclusive. */
  ...blockRange,
  /** Volumes of a set in their order. */
  volumes: v.optional(v.array(v.strictObject({ busId: v.string(), ...blockRange }))),
});
export type DumpDeviceJson = v.InferOutput<typeof dumpDeviceSchema>;

const toolNames: Readonly<Record<DumpTool, string>> = {
  eckd: 'single-volume ECKD DASD dump tool',
  'eckd-mv': 'multi-volume ECKD DASD dump tool',
  fba: 'FBA DASD dump tool',
  scsi: 'SCSI dump tool',
  ngdump: 'list-directed dump tool (NGDump)',
};
export const dumpToolName = (tool: DumpTool): string => toolNames[tool];

const layoutNames: Readonly<Record<DiskLayout, string>> = {
  gpt: 'GPT',
  mbr: 'MBR partition table',
  cdl: 'ECKD DASD, compatible disk layout',
  ldl: 'DASD, Linux disk layout',
  cms: 'DASD with a CMS label',
  fba: 'FBA DASD without a label',
};
const diskLayoutName = (layout: DiskLayout): string => layoutNames[layout];

/** "partition 1 (LINUX.V0X0201.PART0001.NATIVE), one of 2, ECKD DASD, compatible disk layout, volume 0X0201". */
export function diskText({ layout, image, volume, partitions, partition }: DiskJson): string {
  const name = partition.name === undefined ? '' : ` (${partition.name})`;
  const kind = image === undefined ? '' : `, ${image === 'ckd' ? 'CKD image' : 'compressed CKD image'}`;
  const others = partitions === 1 ? '' : `, one of ${partitions}`;
  return `partition ${partition.number}${name}${others}, ${diskLayoutName(layout)}${volume === undefined ? '' : `, volume ${volume}`}${kind}`;
}

/** "multi-volume ECKD DASD dump tool, version 2, size limit none, prepared 2026-…, volumes 0.0.0201, 0.0.0202". */
export function dumpDeviceText(device: DumpDeviceJson): string {
  const { tool, version, arch, sizeLimit, unlimited, force, noCompress, installed, startBlock, endBlock, volumes } = device;
  const parts = [
    `${dumpToolName(tool)}${version === undefined ? '' : `, version ${version}`}${arch === undefined ? '' : `, ${arch}`}`,
    sizeLimit !== undefined ? `size limit ${byteText(sizeLimit)}` : unlimited === true ? 'no size limit' : undefined,
    force === true ? 'force' : undefined,
    noCompress === true ? 'no compression' : undefined,
    startBlock === undefined || endBlock === undefined ? undefined : `blocks ${startBlock} to ${endBlock}`,
    volumes === undefined ? undefined : `volumes ${volumes.map(({ busId }) => busId).join(', ')}`,
    installed === undefined ? 'when it was prepared is not recorded' : `prepared ${installed}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
