/** Which address-space-control element a virtual address of s390x goes through, and the walk (lowcore.md section 7.1). */
import type { AsceSource } from '../../../shared/memory-model.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { hex } from '../../../shared/units.ts';
import type { AddressSpaceWalker, Paging, SpaceQuestion } from '../architecture.ts';
import { asceText } from './asce.ts';
import { translate } from './dat.ts';
import { asceOfKernelTable } from './kernel-address.ts';
import { realToAbsolute } from './prefixing.ts';

interface Chosen {
  readonly value: bigint;
  readonly source: string;
}

interface Unknown {
  readonly what: string;
  readonly expected: string;
  readonly remedy: 'name-address-space';
}

function fromKernelTable({ vmcoreinfo, memory, foundBy }: SpaceQuestion): Chosen | undefined {
  const found = asceOfKernelTable(vmcoreinfo, memory);
  return found === undefined ? undefined : { value: found.asce, source: `swapper_pg_dir at absolute ${hex(found.origin)}${foundBy}` };
}

function fromRegister({ nameOf }: SpaceQuestion, cpu: CpuJson, register: number): Chosen | undefined {
  const value = cpu.crs?.[register];
  return value === undefined || value === '0x0' ? undefined : { value: BigInt(value), source: `CR${register} of ${nameOf(cpu)}` };
}

function fromLowcore({ lowcoreField, nameOf }: SpaceQuestion, cpu: CpuJson, field: 'kernel_asce' | 'user_asce'): Chosen | undefined {
  const value = lowcoreField(cpu, field);
  return value === undefined || value === 0n ? undefined : { value, source: `${field} in the lowcore of ${nameOf(cpu)}` };
}

const pswRegisters: Readonly<Record<string, number>> = { primary: 1, secondary: 7, home: 13 };

function named(question: SpaceQuestion, cpu: CpuJson, space: AsceSource): Chosen | undefined {
  switch (space) {
    case 'cr1':
    case 'cr7':
    case 'cr13':
      return fromRegister(question, cpu, Number(space.slice(2)));
    case 'kernel':
      return fromLowcore(question, cpu, 'kernel_asce') ?? fromRegister(question, cpu, 13);
    case 'user':
      return fromLowcore(question, cpu, 'user_asce') ?? fromRegister(question, cpu, 7);
    case 'psw': {
      const decoded = cpu.psw?.decoded;
      const register = !decoded?.dat ? undefined : pswRegisters[decoded.addressSpace];
      const found = register === undefined ? undefined : fromRegister(question, cpu, register);
      return found === undefined ? undefined : { ...found, source: `${found.source}, as its PSW is in ${decoded?.addressSpace ?? ''} space` };
    }
  }
}

/** The given element, the one that was asked for, else CR13 of a CPU, the lowcore's kernel_asce, the kernel's own table. */
function chooseAsce(question: SpaceQuestion): Chosen | Unknown {
  const { given, cpu: asked, space } = question;
  if (given !== undefined) return { value: given, source: 'given' };
  const cpus = asked === undefined ? question.cpus : [asked];
  if (space !== undefined) {
    const found =
      cpus.map((cpu) => named(question, cpu, space)).find((one) => one !== undefined) ?? (space === 'kernel' ? fromKernelTable(question) : undefined);
    const whose = asked === undefined ? '' : ` of ${question.nameOf(asked)}`;
    return found ?? { what: `the address space "${space}"${whose} is not known`, expected: 'another address space', remedy: 'name-address-space' };
  }
  return (
    cpus.map((cpu) => fromRegister(question, cpu, 13)).find((one) => one !== undefined) ??
    cpus.map((cpu) => fromLowcore(question, cpu, 'kernel_asce')).find((one) => one !== undefined) ??
    fromKernelTable(question) ?? {
      what: 'no address space is known: no CPU has control registers in this dump, and swapper_pg_dir cannot be found',
      expected: 'an address-space-control element',
      remedy: 'name-address-space',
    }
  );
}

function space(question: SpaceQuestion): AddressSpaceWalker | Unknown {
  const asce = chooseAsce(question);
  if ('what' in asce) return asce;
  const prefix = question.cpu?.prefix;
  return {
    root: { ...asce, decoded: asceText(asce.value) },
    walk(address) {
      const found = translate(question.memory, asce.value, address);
      // Tables map to real addresses. Without a CPU there is no prefix: then real is taken for absolute.
      if (prefix === undefined || found.absolute === undefined) return found;
      return { ...found, real: found.absolute, absolute: realToAbsolute(found.absolute, BigInt(prefix)) };
    },
  };
}

export const s390xPaging: Paging = {
  kernelWalk(vmcoreinfo, memory, fallback) {
    const asce = asceOfKernelTable(vmcoreinfo, memory)?.asce ?? fallback();
    return asce === undefined ? undefined : (address) => translate(memory, asce, address);
  },
  space,
};
