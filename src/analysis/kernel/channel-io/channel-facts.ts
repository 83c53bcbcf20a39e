/** What a subchannel and a CCW device say of themselves, in the forms of sysfs and lscss (drivers/s390/cio/cio.h, io_sch.h, device.h). */
import { failed, isFailure, mapResult, type Failure, type Result } from '../../../shared/result.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

/** SUBCHANNEL_TYPE_* of struct subchannel. */
const types = ['I/O', 'CHSC', 'message', 'EADM'] as const;
const paths = 8;

const hexDigits = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** "0.0.4711": the 0 of the channel subsystem, the subchannel set, and a number. */
const busId = (set: Result<number>, number: Result<number>): Result<string> =>
  isFailure(set) ? set : mapResult(number, (value) => `0.${set.value.toString(16)}.${hexDigits(value, 4)}`);

/** "3390/0c"; undefined for a type of 0, which none has. */
function typeAndModel(type: Result<number>, model: Result<number>): Result<string> | undefined {
  if (isFailure(type)) return type;
  return type.value === 0 ? undefined : mapResult(model, (value) => `${hexDigits(type.value, 4)}/${hexDigits(value, 2)}`);
}

export const subchannelId = (subchannel: KernelObject): Result<string> => busId(subchannel.at('schid.ssid').number(), subchannel.at('schid.sch_no').number());

export const subchannelType = (subchannel: KernelObject): Result<string> => {
  const type = subchannel.at('st');
  return mapResult(
    type.plausible(type.number(), (value) => (types[value] === undefined ? `${value} is not a type of subchannel` : undefined)),
    (value) => types[value] ?? '',
  );
};

/** Number that an I/O subchannel has for its device, where that number is valid. */
export function deviceOfSubchannel(subchannel: KernelObject): Result<string> | undefined {
  const [isValid, type] = [subchannel.at('schib.pmcw.dnv').flag(), subchannel.at('st').number()];
  if (isFailure(isValid)) return isValid;
  if (isFailure(type)) return type;
  return isValid.value && type.value === 0 ? busId(subchannel.at('schid.ssid').number(), subchannel.at('schib.pmcw.dev').number()) : undefined;
}

/** CHPIDs of its eight paths; "--" for those that there are not. */
export function channelPaths(subchannel: KernelObject): Result<string> {
  const known = subchannel.at('ssd_info.path_mask').number();
  if (isFailure(known)) return known;
  const ids: string[] = [];
  for (let path = 0; path < paths; path += 1) {
    const id = subchannel.at('ssd_info.chpid').element(path).at('id').number();
    if (isFailure(id)) return id;
    ids.push((known.value & (0x80 >> path)) === 0 ? '--' : hexDigits(id.value, 2));
  }
  return { value: ids.join(' ') };
}

/** The private part of a CCW device, which leads back to it. */
export function privateOf(device: KernelObject): KernelObject | Failure {
  const own = device.pointer('private');
  const [here, back] = [device.address, own.pointer('cdev').address];
  if (isFailure(here)) return here;
  if (isFailure(back)) return back;
  return here.value === back.value ? own : failed('state of a CCW device', 'its private part belongs to another device', own.failure?.missing.where);
}

export const deviceId = (own: KernelObject): Result<string> => busId(own.at('dev_id.ssid').number(), own.at('dev_id.devno').number());

export const controlUnit = (device: KernelObject): Result<string> | undefined =>
  typeAndModel(device.at('id.cu_type').number(), device.at('id.cu_model').number());

export const deviceType = (device: KernelObject): Result<string> | undefined =>
  typeAndModel(device.at('id.dev_type').number(), device.at('id.dev_model').number());

/** Where a device's state machine is: "online", "not oper", "disconnected sense id"; the number where the kernel's types have no name for it. */
export function stateOf(own: KernelObject): Result<string> {
  const state = own.at('state');
  const name = state.as('enum dev_state').enumerator();
  if (isFailure(name)) return mapResult(state.integer(), String);
  return {
    value: name.value
      .replace(/^DEV_STATE_/, '')
      .replaceAll('_', ' ')
      .toLowerCase(),
  };
}

/** Seconds until the timer of the state machine runs out, below 0 where that was due; undefined where it does not run. */
export function timerOf(objects: KernelObjects, own: KernelObject): Result<number> | undefined {
  const armed = own.at('timer.entry.pprev').integer();
  if (isFailure(armed)) return armed;
  if (armed.value === 0n) return undefined;
  const [expires, now, tick] = [
    own.at('timer.expires').integer(),
    objects.variable('jiffies', 'u64').integer(),
    objects.variable('tick_nsec', 'u64').integer(),
  ];
  if (isFailure(expires)) return expires;
  if (isFailure(now)) return now;
  if (isFailure(tick)) return tick;
  return { value: Number(BigInt.asIntN(64, expires.value - now.value) * tick.value) / 1e9 };
}
