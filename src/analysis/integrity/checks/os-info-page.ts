import { hex } from '../../../shared/units.ts';
import { checksumStart, OS_INFO_MAGIC, osInfoSize } from '../../arch/s390x/os-info.ts';
import { failed, notApplicable, notRecorded, passed, unreadable, type Check } from '../check.ts';
import { osInfoSteps } from './os-info-steps.ts';

/** The os_info page that lowcore points to has its magic and matches its checksum (meminfo.md sections 3 and 6). */
export const osInfoPage: Check = {
  id: 'os-info-page',
  title: 'os_info matches its checksum',
  cost: 'headers',
  run({ osInfo }) {
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
          ranges: [{ space: 'absolute', start: '0xe18', end: '0xe20' }],
        });
      case 'no-page':
        return { ...unreadable(`the os_info page at absolute ${hex(osInfo.pointer)} is ${osInfo.state} in this dump`), steps };
      case 'page': {
        const { pointer, values, computed } = osInfo;
        const page = { space: 'absolute' as const, start: hex(pointer), end: hex(pointer + BigInt(osInfoSize)) };
        if (values.magic !== OS_INFO_MAGIC) {
          return failed(`the page at absolute ${hex(pointer)} has no os_info magic`, {
            steps,
            ranges: [page],
            recorded: hex(OS_INFO_MAGIC),
            computed: hex(values.magic),
          });
        }
        const covered = { ...page, start: hex(pointer + BigInt(checksumStart)) };
        const sums = { steps, ranges: [covered], recorded: hex(values.csum), computed: hex(computed) };
        if (values.csum !== computed)
          return failed(`the checksum over ${osInfoSize - checksumStart} bytes is ${hex(computed)}, recorded is ${hex(values.csum)}`, sums);
        if (values.version_major > 1) return failed(`version ${values.version_major}.${values.version_minor} is newer than any reader knows`, sums);
        return passed(`checksum ${hex(computed)} over ${osInfoSize - checksumStart} bytes at absolute ${hex(pointer)}`, sums);
      }
    }
  },
};
