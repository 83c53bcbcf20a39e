/** Names of the addresses that a CPU's registers hold. */
import type { PlaceNameJson } from './kernel-model.ts';
import type { CpuJson } from './cpu-model.ts';
import type { LowcoreFieldJson } from './structure-model.ts';
import { visibleText } from './visible-text.ts';

/** Address -> "symbol+0x12 [module]". */
export type PlaceNames = ReadonlyMap<string, string>;

export const noNames: PlaceNames = new Map();

export const placeNames = (places: readonly PlaceNameJson[]): PlaceNames =>
  new Map(
    places.map(({ address, name, offset, module }) => [address, visibleText(`${name}+0x${offset.toString(16)}${module === undefined ? '' : ` [${module}]`}`)]),
  );

/** Where the CPU was: PSW address, rip, pc or nip. */
export const instructionAddress = (cpu: CpuJson): string | undefined =>
  cpu.psw?.address ?? cpu.registers?.rip ?? cpu.registers?.eip ?? cpu.registers?.pc ?? cpu.registers?.nip;

/** Addresses of a program are not places of the kernel, even where the numbers would be. */
const isUser = (cpu: CpuJson): boolean => cpu.psw?.decoded.problemState === true;

/** Every register that can hold an address of the kernel, by its name. */
function addressesOf(cpu: CpuJson): readonly (readonly [string, string])[] {
  if (isUser(cpu)) return [];
  const named = Object.entries(cpu.registers ?? {});
  const { psw, breakingEventAddress } = cpu;
  return [
    ...(psw === undefined ? [] : [['PSW', psw.address] as const]),
    ...(breakingEventAddress === undefined ? [] : [['breaking event', breakingEventAddress] as const]),
    ...(cpu.gprs ?? []).map((value, index) => [`r${index}`, value] as const),
    ...named,
  ];
}

export const addressesToName = (cpus: readonly CpuJson[]): readonly bigint[] => [
  ...new Set(cpus.flatMap((cpu) => addressesOf(cpu).flatMap(([, value]) => (value === '0x0' ? [] : [BigInt(value)])))),
];

/** Where the CPUs were in the kernel. */
export const instructionsToName = (cpus: readonly CpuJson[]): readonly bigint[] =>
  [...new Set(cpus.flatMap((cpu) => (isUser(cpu) ? [] : (instructionAddress(cpu) ?? []))))].flatMap((value) => (value === '0x0' ? [] : [BigInt(value)]));

/** Name of the place where the CPU was, if it was in the kernel. */
export const instructionName = (cpu: CpuJson, names: PlaceNames): string | undefined => (isUser(cpu) ? undefined : names.get(instructionAddress(cpu) ?? ''));

/** "PSW psw_idle_exit+0x0", one for each register whose value has a name. */
export const namedRegisters = (cpu: CpuJson, names: PlaceNames): readonly (readonly [string, string])[] =>
  addressesOf(cpu).flatMap(([register, value]) => {
    const name = names.get(value);
    return name === undefined ? [] : [[register, name] as const];
  });

const pswBytes = 16;
/** Bit 15 of a PSW, which has 128. */
const problemState = 1n << 112n;

/** The address that a field of a lowcore leads to, when it is one of the kernel. */
export function fieldAddress({ pointsTo, size, value }: LowcoreFieldJson): bigint | undefined {
  if (pointsTo === undefined || pointsTo.space === 'absolute') return undefined;
  const isUserPsw = size === pswBytes && typeof value === 'string' && (BigInt(value) & problemState) !== 0n;
  return isUserPsw ? undefined : BigInt(pointsTo.address);
}
