import type { Finding } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import { csumPartial } from '../../arch/s390x/checksum.ts';
import { checksumStart, OS_INFO_MAGIC, osInfoEntries, osInfoSize, type OsInfoValues } from '../../arch/s390x/os-info.ts';
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import { failed, notApplicable, notRecorded, passed, unreadable, type Check } from '../check.ts';
import { osInfoSteps } from './os-info-steps.ts';

type AbsoluteRange = Extract<NonNullable<Finding['where']>, { readonly space: string }>;

/** One finding with its bytes, which are also those of the check. */
function damage(
  detailId: string,
  title: string,
  detail: string,
  where: AbsoluteRange,
): { readonly findings: readonly Finding[]; readonly ranges: readonly AbsoluteRange[] } {
  return { findings: [{ id: `os-info-page/${detailId}`, severity: 'error', title, detail, where }], ranges: [where] };
}

const checksumAt = 8;
/** A damaged size must not make us read much: the data of entries are a few KiB. */
const maxEntryBytes = 1n << 20n;

/** Names of entries whose data have the checksum that the entry records: they are as they were written. */
function soundEntries({ entry }: OsInfoValues, memory: AbsoluteMemory): readonly string[] {
  return entry.flatMap(({ addr, size, csum }, id) => {
    const kind = osInfoEntries[id];
    if (kind?.kind !== 'data' || addr === 0n || size === 0n || size > maxEntryBytes) return [];
    const bytes = memory.readPresent(addr, Number(size));
    return bytes !== undefined && csumPartial(bytes) === csum ? [kind.name] : [];
  });
}

/** The os_info page that lowcore points to has its magic and matches its checksum (meminfo.md sections 3 and 6). */
export const osInfoPage: Check = {
  id: 'os-info-page',
  title: 'Checksum of os_info',
  failure: 'os_info is damaged.',
  gravity: 70,
  cost: 'headers',
  structure: 'os_info',
  vouches: true,
  run({ osInfo, memory }) {
    if (osInfo === undefined) return notApplicable('os_info exists on s390x only');
    const steps = osInfoSteps(osInfo);
    switch (osInfo.stage) {
      case 'no-lowcore':
        return { ...unreadable(`absolute 0xe18 is ${osInfo.state} in this dump`), steps };
      case 'no-pointer':
        return { ...notRecorded('the lowcore pointer at absolute 0xe18 is zero'), steps };
      case 'bad-pointer':
        return failed(`the lowcore pointer at absolute 0xe18 is ${hex(osInfo.pointer)}: ${osInfo.what}`, {
          steps,
          ...damage('pointer', 'The lowcore points to no os_info page', `the pointer is ${hex(osInfo.pointer)}: ${osInfo.what}`, {
            space: 'absolute',
            start: '0xe18',
            end: '0xe20',
          }),
        });
      case 'no-page':
        return { ...unreadable(`the os_info page at absolute ${hex(osInfo.pointer)} is ${osInfo.state} in this dump`), steps };
      case 'page': {
        const { pointer, values, computed } = osInfo;
        const page = { space: 'absolute' as const, start: hex(pointer), end: hex(pointer + BigInt(osInfoSize)) };
        if (values.magic !== OS_INFO_MAGIC) {
          return failed(`the page at absolute ${hex(pointer)} has no os_info magic`, {
            steps,
            ...damage('magic', 'The os_info page has lost its magic: it was overwritten, or the pointer is wrong', `it begins with ${hex(values.magic)}`, page),
            recorded: hex(OS_INFO_MAGIC),
            computed: hex(values.magic),
          });
        }
        const covered = { ...page, start: hex(pointer + BigInt(checksumStart)) };
        const sums = { steps, ranges: [covered], recorded: hex(values.csum), computed: hex(computed) };
        if (values.csum !== computed) {
          const entries = soundEntries(values, memory);
          const sound =
            entries.length === 0
              ? ''
              : `; its ${entries.join(' and ')} ${entries.length === 1 ? 'entry matches its own checksum' : 'entries match their own checksums'}`;
          return failed(
            `the checksum over ${osInfoSize - checksumStart} bytes is ${hex(computed)}, but the recorded one is ${hex(values.csum)}: the page or the checksum itself changed${sound}`,
            {
              ...sums,
              // The checksum lies right before what it covers.
              ...damage(
                'checksum',
                'os_info does not match its checksum: one of them was changed, and nothing in it can be trusted',
                `recorded ${hex(values.csum)}, computed ${hex(computed)} over ${osInfoSize - checksumStart} bytes${sound}`,
                { ...page, start: hex(pointer + BigInt(checksumAt)) },
              ),
            },
          );
        }
        if (values.version_major > 1) {
          const detail = `version ${values.version_major}.${values.version_minor} is newer than any reader knows`;
          return failed(detail, {
            ...sums,
            ...damage('version', 'os_info is of an unknown version: dump tools will not use it', detail, {
              ...page,
              start: hex(pointer + 0xcn),
              end: hex(pointer + 0x10n),
            }),
            ranges: [covered],
          });
        }
        return passed(`checksum ${hex(computed)} over ${osInfoSize - checksumStart} bytes at absolute ${hex(pointer)}`, sums);
      }
    }
  },
};
