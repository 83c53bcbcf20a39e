/** `lowcore`: lowcores of a dump, decoded by the layout that fits each of them. */
import { cpuNumbering, type CpuNumbering } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { schemaVersion } from '../../../shared/model.ts';
import type { LowcoreFieldJson, LowcoreJson } from '../../../shared/structure-model.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { chooseLowcoreLayout, givenLowcoreLayout } from '../../arch/s390x/lowcore/choose-layout.ts';
import { pointerTarget } from '../../arch/s390x/lowcore/pointers.ts';
import { lowcoreKernels, type LowcoreKernel } from '../../arch/s390x/lowcore/fields.ts';
import { asLowcoreKernel, lowcoreFieldGroup, lowcoreLayout, lowcoreValue, provenLowcores } from '../../arch/s390x/lowcore/layouts.ts';
import { lowcoreSize } from '../../arch/s390x/save-area.ts';
import { clockComparatorText } from '../../arch/s390x/tod-clock.ts';
import { leaves, view } from '../../layout/struct.ts';
import { selectCpu } from '../session/select-cpu.ts';
import { lowcoreContext } from './lowcore-choice.ts';
import { ownLowcore } from './lowcore-of-cpu.ts';
import { machineCpus } from './machine-cpus.ts';
import type { Session } from '../session/session.ts';

export interface LowcoreRequest {
  readonly cpu?: number | undefined;
  /** Absolute, a multiple of 8 KiB unless the user insists on looking elsewhere. */
  readonly address?: bigint | undefined;
  readonly layout?: string | undefined;
}

function kernelNamed(name: string | undefined): LowcoreKernel | undefined {
  if (name === undefined) return undefined;
  const kernel = asLowcoreKernel(name);
  if (kernel === undefined) throw new RequestError('query', `there is no lowcore layout "${name}": expected one of ${lowcoreKernels.join(', ')}`);
  return kernel;
}

function decode(kernel: LowcoreKernel, lowcore: Parameters<typeof view>[1], bytes: Uint8Array): LowcoreFieldJson[] {
  const layout = lowcoreLayout(kernel);
  const types = new Map(Array.from(leaves(layout), ({ path, field }) => [path, field.type]));
  const software = lowcoreValue(kernel, bytes, 'clock_comparator');
  return view(layout, lowcore).fields.map((field): LowcoreFieldJson => {
    const target = field.value === undefined ? undefined : pointerTarget(types.get(field.name) ?? '', BigInt(field.value));
    // Only with the software copy next to it can the encoding of the stored comparator be told.
    const time = field.name === 'clock_comp_save_area' && field.value !== undefined ? clockComparatorText(BigInt(field.value), software) : undefined;
    return {
      ...field,
      ...defined({ text: time }),
      group: lowcoreFieldGroup(field.name),
      ...(target === undefined ? {} : { pointsTo: { space: target.space, address: hex(field.name === 'mcesad' ? target.address & ~0x3ffn : target.address) } }),
    };
  });
}

function lowcoreAt(session: Session, address: bigint, cpu: CpuJson | undefined, named: LowcoreKernel | undefined): LowcoreJson {
  const read = session.memory.read(address, lowcoreSize);
  // Its two pages may lack for different reasons.
  if (read.absent.reduce((sum, { start, end }) => sum + end - start, 0) >= lowcoreSize) {
    const state = read.absences[0]?.state ?? 'missing';
    throw new DumpError('absent', { file: session.path, address }, `the lowcore at absolute ${hex(address)} is ${state} in this dump`, `${lowcoreSize} bytes`);
  }
  const context = lowcoreContext(session, cpu);
  const choice = named === undefined ? chooseLowcoreLayout(read.bytes, context) : givenLowcoreLayout(named, read.bytes, context);
  return {
    ...(cpu === undefined ? {} : { id: cpu.id, ...defined({ linuxCpu: cpu.linuxCpu }) }),
    prefix: hex(address),
    layout: { name: choice.kernel, confidence: choice.confidence, word: choice.word, tests: [...choice.tests], proven: provenLowcores.has(choice.kernel) },
    fields: decode(choice.kernel, read, read.bytes),
  };
}

/**
 * The lowcores of all CPUs, of one, or the one at an address.
 * @throws RequestError for unknown layout names; DumpError unsupported on other architectures, absent when the bytes or the CPU are not there
 */
export function describeLowcores(session: Session, request: LowcoreRequest): { schema: 1; cpus: LowcoreJson[]; numbering: CpuNumbering; layouts: string[] } {
  if (!architectures[session.image.machine.arch].features.has('lowcore'))
    throw new DumpError('unsupported', { file: session.path }, `${session.image.machine.arch} has no lowcore`, 'an s390x dump');
  const named = kernelNamed(request.layout);
  const { cpus } = machineCpus(session);
  const about = { numbering: cpuNumbering(cpus), layouts: [...lowcoreKernels] };
  if (request.address !== undefined) {
    const { address } = request;
    if (address < 0n || address + BigInt(lowcoreSize) > session.memory.end)
      throw new DumpError('absent', { file: session.path, address }, 'no lowcore can be there', `an absolute address below ${hex(session.memory.end)}`);
    const cpu = cpus.find(({ prefix }) => prefix === hex(address));
    return { schema: schemaVersion, cpus: [lowcoreAt(session, address, cpu, named)], ...about };
  }
  const wanted = request.cpu === undefined ? cpus.filter((cpu) => ownLowcore(session, cpu) !== undefined) : [selectCpu(session, request.cpu)];
  const found = wanted.map((cpu) => {
    const address = ownLowcore(session, cpu);
    if (address !== undefined) return { cpu, address };
    const what =
      cpu.prefix === undefined
        ? `the prefix of CPU ${request.cpu ?? cpu.id} is not in the dump`
        : `CPU ${request.cpu ?? cpu.id} has the prefix ${cpu.prefix}, and lowcore_ptr has no lowcore there`;
    throw new DumpError('absent', { file: session.path }, what, 'a prefix register with the address of a lowcore');
  });
  if (found.length === 0) throw new DumpError('absent', { file: session.path }, 'the dump records no CPU prefixes', 'an absolute address', 'name-address');
  const held = found.filter(({ address }) => address < session.memory.end);
  // Of several lowcores one that is not in the dump hides none of the others.
  const readable = held.filter(({ address }) => session.memory.read(address, lowcoreSize).absent.length === 0);
  const shown = readable.length > 0 ? readable : held;
  const [first] = found;
  if (shown.length === 0 && first !== undefined)
    throw new DumpError(
      'absent',
      { file: session.path, address: first.address },
      `the lowcore at absolute ${hex(first.address)} lies past the end of the dump`,
    );
  return { schema: schemaVersion, cpus: shown.map(({ cpu, address }) => lowcoreAt(session, address, cpu, named)), ...about };
}
