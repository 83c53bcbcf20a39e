/** Subchannels and CCW devices of s390x: what lscss shows of them, and the last status that the channel subsystem reported (drivers/s390/cio). */
import { isFailure, type Failure, type Result } from '../../../shared/result.ts';
import {
  channelPaths,
  controlUnit,
  deviceId,
  deviceOfSubchannel,
  deviceType,
  privateOf,
  stateOf,
  subchannelId,
  subchannelType,
  timerOf,
} from '../channel-io/channel-facts.ts';
import { channelPairs } from '../channel-io/subchannels.ts';
import { subchannelStatusOf } from '../channel-io/subchannel-status.ts';
import { childDevices, deviceName, driverName } from '../devices/bus-devices.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { address, count, defineAnalysis, duration, flag, hexadecimal, pause, text } from './analysis.ts';

const scswBytes = 12;
/** Devices below one that are named. */
const mostBelow = 16;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const mask = (object: KernelObject, path: string): Result<bigint> => object.at(path).integer();

/** Cells of a subchannel. */
function subchannelCells(subchannel: KernelObject) {
  const pmcw = subchannel.at('schib.pmcw');
  const word = subchannel.at('schib.scsw').bytes(scswBytes);
  return {
    subchannel: subchannelId(subchannel),
    type: subchannelType(subchannel),
    subchannelDriver: driverName(subchannel.at('dev')),
    enabled: pmcw.at('ena').flag(),
    pim: mask(pmcw, 'pim'),
    pam: mask(pmcw, 'pam'),
    pom: mask(pmcw, 'pom'),
    lpm: mask(subchannel, 'lpm'),
    vpm: mask(subchannel, 'vpm'),
    opm: mask(subchannel, 'opm'),
    lastUsed: mask(pmcw, 'lpum'),
    notOperational: mask(pmcw, 'pnom'),
    chpids: channelPaths(subchannel),
    isc: pmcw.at('isc').number(),
    ...(isFailure(word) ? {} : subchannelStatusOf(word.value)),
    scsw: word,
    subchannelAt: subchannel.address,
  };
}

function* namesBelow(device: KernelObject): Generator<Failure | typeof pause, string | undefined> {
  const names: string[] = [];
  let more = 0;
  for (const one of childDevices(device)) {
    const name = one === undefined || isFailure(one) ? one : deviceName(one);
    if (name === undefined) yield pause;
    else if (isFailure(name)) yield name;
    else if (names.length < mostBelow) names.push(name.value);
    else more += 1;
  }
  return names.length === 0 ? undefined : `${names.join(', ')}${more === 0 ? '' : `, and ${more} more`}`;
}

/** Cells of a CCW device. */
function* deviceCells(objects: KernelObjects, device: KernelObject) {
  const own = privateOf(device);
  if (isFailure(own)) yield own;
  return {
    ...(isFailure(own)
      ? {}
      : {
          device: deviceId(own),
          state: stateOf(own),
          intparm: own.at('intparm').integer(),
          timer: timerOf(objects, own),
          online: device.at('online').flag(),
        }),
    controlUnit: controlUnit(device),
    deviceType: deviceType(device),
    driver: driverName(device.at('dev')),
    below: yield* namesBelow(device.at('dev')),
    deviceAt: device.address,
  };
}

export const channelIo = defineAnalysis({
  id: 'channel-io',
  title: 'Channel I/O',
  about:
    'Subchannels of s390x in the order of the bus css, each with the CCW device on it: what lscss shows, and the last status that the channel subsystem reported. Devices whose subchannel is gone follow.',
  needs: ['symbols', 'types'],
  columns: {
    subchannel: text('its id: "0.0.0001" is number 1 of subchannel set 0'),
    device: text('CCW device on it, or the number that the subchannel has for one'),
    controlUnit: text('type and model of its control unit, by sense id: "3832/02" is virtio-blk'),
    deviceType: text('type and model of the device, by sense id; empty where it has none of its own'),
    driver: text('driver of the device'),
    online: flag('set online'),
    state: text('state of its state machine (dev_state)'),
    below: text('devices that the driver created for it: "virtio0"'),
    enabled: flag('the subchannel is enabled'),
    pim: hexadecimal('paths installed'),
    pam: hexadecimal('paths available'),
    pom: hexadecimal('paths operational'),
    lpm: hexadecimal('logical paths'),
    vpm: hexadecimal('paths that were verified'),
    opm: hexadecimal('paths that the operator left on'),
    lastUsed: hexadecimal('path that was used last'),
    notOperational: hexadecimal('paths that were found not operational'),
    chpids: text('channel path of each of the eight paths; -- where there is none'),
    functions: text('functions that the last subchannel-status word names'),
    activity: text('activity by that word; empty for an idle subchannel'),
    status: text('status that was pending when the word was stored'),
    deviceStatus: text('device status in that word'),
    subchannelStatus: text('subchannel status in that word'),
    program: address('address in that word: of the CCW after the last one executed, in transport mode of the TCW', 'absolute'),
    scsw: hexadecimal('the whole word'),
    isc: count('interruption subclass'),
    intparm: hexadecimal('interruption parameter that the driver gave with its last start'),
    timer: duration('time until the timer of the state machine expires; negative if it is overdue, empty if it is not running'),
    type: text('what the subchannel is for: I/O, CHSC, message, or EADM'),
    subchannelDriver: text('driver of the subchannel'),
    subchannelAt: address('its struct subchannel'),
    deviceAt: address('its struct ccw_device'),
  },
  key: ['subchannel', 'device'],
  grouping: ['driver', 'state', 'controlUnit', 'subchannelDriver'],
  comparing: { passing: ['program', 'scsw', 'timer'] },
  *run({ objects }) {
    const count = { subchannels: 0, devices: 0, online: 0, failures: 0 };
    for (const pair of channelPairs(objects)) {
      if (pair === undefined || isFailure(pair)) {
        if (pair !== undefined) count.failures += 1;
        yield pair ?? pause;
        continue;
      }
      const { subchannel, device } = pair;
      const of = subchannel === undefined ? undefined : subchannelCells(subchannel);
      const on = device === undefined ? undefined : yield* deviceCells(objects, device);
      yield { row: { ...of, ...(subchannel === undefined || device !== undefined ? {} : { device: deviceOfSubchannel(subchannel) }), ...on } };
      count.subchannels += Number(subchannel !== undefined);
      count.devices += Number(device !== undefined);
      count.online += Number(on?.online !== undefined && !isFailure(on.online) && on.online.value);
    }
    if (count.subchannels + count.devices > 0)
      yield { note: `${counted(count.subchannels, 'subchannel')} and ${counted(count.devices, 'CCW device')}, ${count.online} of them online.` };
    else if (count.failures === 0) yield { note: 'The kernel has a channel subsystem without subchannels.' };
  },
});
