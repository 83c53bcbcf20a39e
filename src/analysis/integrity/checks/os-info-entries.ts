import type { Step } from '../../../shared/check-model.ts';
import type { Finding } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import { csumPartial } from '../../arch/s390x/checksum.ts';
import { osInfoEntries as entryKinds, osInfoValid } from '../../arch/s390x/os-info.ts';
import { failed, notApplicable, notRecorded, passed, unreadable, type Check } from '../check.ts';

/** A damaged size must not make us read the whole dump: re-IPL blocks and vmcoreinfo are a few KiB. */
const maxBytes = 1n << 24n;

/** Each data entry of os_info carries the checksum of the bytes it points to (meminfo.md section 3, check 9 of section 6). */
export const osInfoEntryChecksums: Check = {
  id: 'os-info-entries',
  title: 'Checksums of the data described by os_info',
  failure: 'A block that os_info describes is damaged.',
  gravity: 67,
  cost: 'headers',
  structure: 'data that os_info points to',
  vouches: true,
  run({ osInfo, memory }) {
    if (osInfo === undefined) return notApplicable('os_info exists on s390x only');
    if (!osInfoValid(osInfo)) return notRecorded('there is no os_info page that can be trusted');
    const steps: Step[] = [];
    const findings: Finding[] = [];
    const ranges: { space: 'absolute'; start: string; end: string }[] = [];
    let missing: string | undefined;
    osInfo.values.entry.forEach((entry, id) => {
      const kind = entryKinds[id];
      if (kind?.kind !== 'data' || (entry.addr === 0n && entry.size === 0n)) return;
      if (entry.addr === 0n || entry.size === 0n || entry.size > maxBytes) {
        const detail = `entry ${id} (${kind.name}) points to ${hex(entry.addr)} + ${hex(entry.size)}`;
        steps.push({ check: kind.name, passed: false, detail });
        findings.push({ id: 'os-info-entries', severity: 'error', title: 'An os_info entry points nowhere', detail });
        return;
      }
      const place = { space: 'absolute' as const, start: hex(entry.addr), end: hex(entry.addr + entry.size) };
      const bytes = memory.readPresent(entry.addr, Number(entry.size));
      if (bytes === undefined) {
        missing ??= `entry ${id} (${kind.name}) at absolute ${hex(entry.addr)} is not wholly in the dump`;
        steps.push({ check: kind.name, detail: 'not in the dump' });
        return;
      }
      const computed = csumPartial(bytes);
      const detail = `recorded ${hex(entry.csum)}, computed ${hex(computed)} over ${entry.size} bytes at absolute ${hex(entry.addr)}`;
      steps.push({ check: kind.name, passed: computed === entry.csum, detail });
      ranges.push(place);
      if (computed !== entry.csum) {
        findings.push({
          id: 'os-info-entries',
          severity: 'error',
          title: `The ${kind.name} data of os_info are damaged`,
          detail,
          where: place,
          recorded: hex(entry.csum),
          computed: hex(computed),
        });
      }
    });
    const [first] = findings;
    if (first !== undefined) return failed(first.detail, { steps, findings, ranges });
    if (missing !== undefined) return { ...unreadable(missing), steps };
    if (steps.length === 0) return notRecorded('os_info has no data entries');
    return passed(`${steps.length} data ${steps.length === 1 ? 'entry matches' : 'entries match'}`, { steps, ranges });
  },
};
