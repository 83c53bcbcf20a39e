/** Subchannels and devices that lscss listed on the host, against those of the dump's kernel. */
import type { Step } from '../../../shared/check-model.ts';
import { isFailure } from '../../../shared/result.ts';
import type { HostFact } from '../../kernel/given/host-facts.ts';
import type { ChannelDevice, ListedChannels } from '../../kernel/given/lscss.ts';
import type { KernelWitnessFacts } from '../check.ts';

/** Of each kind that are named. */
const mostNamed = 5;

const keyOf = ({ device, subchannel }: ChannelDevice): string => device ?? `${subchannel ?? '?'} without a device`;
const byKey = (list: readonly ChannelDevice[]): ReadonlyMap<string, ChannelDevice> => new Map(list.map((one) => [keyOf(one), one]));

const counted = (list: readonly string[]): string =>
  `${list.length}${list.length === 0 ? '' : ` (${list.slice(0, mostNamed).join(', ')}${list.length > mostNamed ? ' …' : ''})`}`;
const useOf = (isOnline: boolean): string => (isOnline ? 'in use' : 'not in use');

/** What differs of a device that both have; what the dump does not give is not held against anything where something of it could not be read. */
function differences(theirs: ChannelDevice, ours: ChannelDevice, isWhole: boolean): readonly string[] {
  const texts = (['subchannel', 'deviceType', 'controlUnit'] as const).flatMap((name) => {
    const [one, other] = [theirs[name], ours[name]];
    if (one === other || (other === undefined && !isWhole)) return [];
    const called = { subchannel: 'subchannel', deviceType: 'device type', controlUnit: 'control unit' }[name];
    return [`${called} ${one ?? 'none'} in the archive, ${other ?? 'none'} in the dump`];
  });
  const [use, own] = [theirs.isOnline, ours.isOnline];
  return use === undefined || own === undefined || use === own ? texts : [...texts, `${useOf(use)} in the archive, ${useOf(own)} in the dump`];
}

/** A row for what lscss listed; none where the archive has no such list. */
export function channelsRow(listed: HostFact<ListedChannels> | undefined, own: KernelWitnessFacts['channels']): Step | undefined {
  if (listed === undefined) return undefined;
  const check = 'channel devices';
  const { value, from } = listed;
  if (isFailure(value)) return { check, detail: `not compared: ${from} of the archive: ${value.missing.why}` };
  const theirs = byKey(value.value);
  const listing = `${theirs.size} in ${from} of the archive`;
  if (own === undefined || typeof own === 'string') return { check, detail: `${listing}; not compared: ${own ?? 'the subchannels of the dump were not read'}` };
  const ours = byKey(own.devices);
  const isWhole = own.gap === undefined;
  const both = [...theirs].flatMap(([key, one]) => {
    const other = ours.get(key);
    return other === undefined ? [] : [[key, differences(one, other, isWhole)] as const];
  });
  const onlyTheirs = [...theirs.keys()].filter((key) => !ours.has(key));
  const onlyOurs = [...ours.keys()].filter((key) => !theirs.has(key));
  const changed = both.flatMap(([key, found]) => (found.length === 0 ? [] : [`${key}: ${found.join('; ')}`]));
  const sums = `${listing}, ${ours.size} in the dump's kernel (channel-io), ${both.length} of them in both`;
  if (theirs.size === 0 && ours.size === 0) return { check, detail: `${sums}: there is nothing to compare` };
  const isSame = onlyTheirs.length === 0 && onlyOurs.length === 0 && changed.length === 0;
  if (isSame && isWhole) return { check, passed: true, detail: `${sums}: the same device numbers, subchannels, types, and use` };
  const parts = [
    `only in the archive ${counted(onlyTheirs)}`,
    `only in the dump ${counted(onlyOurs)}`,
    `different ${counted(changed)}`,
    isSame ? '' : 'devices can be attached, detached, and set online and offline at any time, and the archive shows how they were configured when it was made',
    own.gap === undefined ? '' : `not all of the dump's could be read (${own.gap}), so what was found only in the archive may be in the dump too`,
  ];
  return { check, detail: `${sums}: ${parts.filter((part) => part !== '').join('; ')}` };
}
