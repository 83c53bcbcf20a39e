/** Volumes of a set that are given as whole disks: the other files are looked at for the partition that holds theirs. */
import { isDumpError } from '../../shared/dump-error.ts';
import type { Finding } from '../../shared/model.ts';
import type { Steps } from '../jobs/steps.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { labelledDiskDump, type DiskDump, type Recognise } from './disk-parts.ts';
import type { DumpImage, OpenContext } from './dump-format.ts';

export interface DiskVolumes {
  /** Gives the partitions on the disks among the other files of a set. */
  readonly context: OpenContext;
  /** The image with the files of its set as they lie on disk, and with what is wrong with the disks among them. */
  readonly asStored: (image: DumpImage, first: ByteSource) => DumpImage;
}

/** What the user named: the partition of a file that is a disk. */
export const memberOf = (context: OpenContext | undefined, source: ByteSource): string | undefined => context?.members?.get(source.name);

function* dumpOn(file: ByteSource, context: OpenContext, recognise: Recognise): Steps<DiskDump | undefined> {
  try {
    return yield* labelledDiskDump(file, memberOf(context, file), recognise);
  } catch (error) {
    // Whatever is wrong with a disk in the same folder, it is not a volume of this set; one that the user named is said to be none.
    if (isDumpError(error) && error.kind !== 'io') return undefined;
    throw error;
  }
}

/** Tables of volumes are equal on all disks of a set (zdump/dfi_s390mv_ext.c, check_vol_table). */
function tableFindings(used: readonly { readonly file: string; readonly dump: DiskDump }[], first: DiskDump | undefined): Finding[] {
  const own = first?.record?.table;
  if (own === undefined) return [];
  return used.flatMap(({ file, dump }): Finding[] => {
    const other = dump.record?.table;
    if (other !== undefined && Buffer.from(other).equals(own)) return [];
    return [
      {
        id: 'volume-set/prepared-apart',
        severity: 'warning',
        title: 'The disks of the set were not prepared together',
        detail:
          other === undefined
            ? `${file} has no table of volumes, which zipl leaves on every disk of a set`
            : `${file} has a different table of volumes from the first disk (prepared ${dump.record?.device.installed ?? 'at an unknown time'}, the first ${first?.record?.device.installed ?? 'at an unknown time'})`,
      },
    ];
  });
}

export function diskVolumes(context: OpenContext, recognise: Recognise, ownDump: () => DiskDump | undefined): DiskVolumes {
  const disks = new Map<string, { readonly file: ByteSource; readonly dump: DiskDump }>();
  let others: readonly ByteSource[] | undefined;
  function* look(): Steps<void> {
    if (others !== undefined) return;
    if (context.look !== undefined) yield* context.look();
    const found: ByteSource[] = [];
    for (const file of context.companions()) {
      const dump = yield* dumpOn(file, context, recognise);
      if (dump !== undefined) disks.set(dump.source.name, { file, dump });
      found.push(dump?.source ?? file);
    }
    others = found;
  }
  // A format that asks without a look gets the files as they lie on disk.
  const companions = (): readonly ByteSource[] => others ?? context.companions();
  return {
    context: { ...context, look, companions },
    asStored(image, first) {
      const own = ownDump();
      if (own !== undefined) disks.set(own.source.name, { file: first, dump: own });
      const { volumes, unused } = image.container;
      if (disks.size === 0 || (volumes === undefined && unused === undefined)) return image;
      const fileOf = (name: string): ByteSource | undefined => disks.get(name)?.file;
      const pathOf = (name: string): string => {
        const file = fileOf(name);
        return file === undefined ? name : (file.file?.path ?? file.name);
      };
      const used = [...disks].flatMap(([name, { dump, file }]) =>
        dump !== own && volumes?.some(({ path }) => path === name) === true ? [{ file: file.name, dump }] : [],
      );
      return {
        ...image,
        container: {
          ...image.container,
          ...(volumes === undefined
            ? {}
            : { volumes: volumes.map((volume) => ({ ...volume, path: pathOf(volume.path), bytes: fileOf(volume.path)?.size ?? volume.bytes })) }),
          ...(unused === undefined ? {} : { unused: unused.map(pathOf) }),
        },
        findings: [
          ...used.flatMap(({ file, dump }) => dump.disk.findings.map((finding) => ({ ...finding, detail: `${file}: ${finding.detail}` }))),
          ...tableFindings(used, own),
          ...image.findings,
        ],
      };
    },
  };
}
