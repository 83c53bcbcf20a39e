/**
 * The table that lscss prints (s390-tools, zconf/css/lscss.c): a line for each I/O subchannel with the CCW device on it, then the devices whose
 * subchannel is gone. dbginfo.sh keeps that of `lscss --vpm` in runtime.out, sos report that of `lscss` in a file of its own.
 */
import { defined } from '../../../shared/defined.ts';
import { failed, type Failure, type Result } from '../../../shared/result.ts';

/** An I/O subchannel and the CCW device on it; ids and types as sysfs has them, in lower case. */
export interface ChannelDevice {
  /** "0.0.4711": of the device, or the number that the subchannel has for one. */
  readonly device?: string;
  readonly subchannel?: string;
  /** "3390/0c"; undefined where it has none. */
  readonly deviceType?: string;
  readonly controlUnit?: string;
  /** Set online; undefined where that cannot be read. */
  readonly isOnline?: boolean;
}

/** The lines of a table; it fails where it cannot be held against anything. */
export type ListedChannels = Result<readonly ChannelDevice[]>;

export const noList = (why: string): Failure => failed('table of lscss', why);

const head = /^Device +Subchan\. +DevType +CU Type +Use +PIM +PAM +POM(?: +VPM)? +CHPIDs *$/m;
const id = String.raw`[0-9a-f]{1,2}\.[0-9a-f]\.[0-9a-f]{4}`;
const type = '[0-9a-f]{4}/[0-9a-f]{2}';
/** Masks and CHPIDs follow what is wanted. */
const line = new RegExp(`^(${id}|none) +(${id}|n/a)(?: +(${type}))?(?: +(${type}))?(?: +(yes))?(?: [0-9a-f ]*)?$`, 'i');

/** Four subchannel sets of 65 536, and as many devices whose subchannel is gone. */
const mostLines = 8 * 65_536;

/** @param output of the command alone, to its end */
export function channelsOf(output: string): ListedChannels {
  const found = head.exec(output);
  if (found === null) return noList('its output is not a table of subchannels');
  const listed: ChannelDevice[] = [];
  for (const [text] of output.slice(found.index + found[0].length).matchAll(/[^\n]+/g)) {
    if (/^-*\s*$/.test(text)) continue;
    const [, device, subchannel, deviceType, controlUnit, use] = line.exec(text.trimEnd().toLowerCase()) ?? [];
    // A message in it may have taken the place of a line, and a command that was ended has not listed all.
    if (device === undefined || subchannel === undefined) return noList('its table has lines that show no subchannel, so it may be incomplete');
    if (listed.length === mostLines) return noList('it lists more subchannels than a system can have');
    listed.push({
      ...defined({
        device: device === 'none' ? undefined : device,
        subchannel: subchannel === 'n/a' ? undefined : subchannel,
        // "n/a" of sysfs: a device without a type of its own.
        deviceType: deviceType === '0000/00' ? undefined : deviceType,
        controlUnit,
      }),
      isOnline: use !== undefined,
    });
  }
  return { value: listed };
}
