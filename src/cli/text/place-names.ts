/** Names of the addresses that a CPU's registers hold. */
import type { PlaceNameJson } from '../../shared/kernel-model.ts';
import type { CpuJson } from '../../shared/model.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** Address -> "symbol+0x12 [module]". */
export type PlaceNames = ReadonlyMap<string, string>;

export const noNames: PlaceNames = new Map();

export const placeNames = (places: readonly PlaceNameJson[]): PlaceNames =>
  new Map(
    places.map(({ address, name, offset, module }) => [address, visibleText(`${name}+0x${offset.toString(16)}${module === undefined ? '' : ` [${module}]`}`)]),
  );

/** Where the CPU was: PSW address, rip, pc or nip. */
export const instructionAddress = (cpu: CpuJson): string | undefined => cpu.psw?.address ?? cpu.registers?.rip ?? cpu.registers?.pc ?? cpu.registers?.nip;

/** Every register that can hold an address, by its name. */
function addressesOf(cpu: CpuJson): readonly (readonly [string, string])[] {
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

/** "PSW psw_idle_exit+0x0", one for each register whose value has a name. */
export const namedRegisters = (cpu: CpuJson, names: PlaceNames): readonly (readonly [string, string])[] =>
  addressesOf(cpu).flatMap(([register, value]) => {
    const name = names.get(value);
    return name === undefined ? [] : [[register, name] as const];
  });
