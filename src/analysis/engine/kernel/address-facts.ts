/** What an address may be, one look for each kind of thing that the kernel keeps books of. */
import type { AddressFact } from '../../../shared/address-model.ts';
import { cpuNumbering } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import { failed, type Failure, isFailure, valueOf } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { lowcoreSize } from '../../arch/s390x/save-area.ts';
import { layoutPieces } from '../../kernel/modules/module-details.ts';
import type { KernelObjects } from '../../kernel/object/kernel-objects.ts';
import { flagNames, pageStruct } from '../../kernel/pages/page-structs.ts';
import { slabPlace, type SlabPlace } from '../../kernel/pages/slab-object.ts';
import type { SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import { vmallocAreas } from '../../kernel/vmalloc/vmalloc-areas.ts';
import { describeLowcores } from '../machine/lowcore.ts';
import { ownLowcore } from '../machine/lowcore-of-cpu.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import type { Session } from '../session/session.ts';
import { symbolText } from './kernel-names.ts';
import { unsearched } from './known-tasks.ts';
import type { KernelTasks } from './find-tasks.ts';
import { knowsCpus } from './look-for-cpus.ts';

export interface Question {
  readonly session: Session;
  readonly tasks: KernelTasks;
  readonly objects: KernelObjects;
  readonly names: SymbolTable | undefined;
  /** Of the kernel; undefined where only memory was named. */
  readonly virtual: bigint | undefined;
  readonly absolute: bigint | undefined;
  readonly nameOf: (number: number) => string;
}

type Fact = AddressFact | Failure | undefined;

const within = (address: bigint, start: bigint, end: bigint): boolean => start <= address && address < end;
const distance = (bytes: bigint | number): string => (BigInt(bytes) === 0n ? '' : `+${hex(bytes)}`);

function* symbolFact({ names, virtual }: Question): Generator<Fact> {
  const found = virtual === undefined ? undefined : names?.at(virtual);
  if (found === undefined) return;
  const { name, offset, size, module } = found;
  yield { kind: 'symbol', text: symbolText(found), name, offset, ...defined({ size, module }) };
}

function* moduleFacts({ tasks, virtual }: Question): Generator<Fact> {
  if (virtual === undefined) return;
  if (!tasks.kernel.hasSymbols) {
    yield failed('modules', unsearched);
    return;
  }
  const found = tasks.kernel.modules;
  if (isFailure(found)) {
    yield found;
    return;
  }
  const { modules } = found.value.list;
  if (tasks.types === undefined) {
    yield modules.length === 0 ? undefined : failed('memory of modules', tasks.noTypes);
    return;
  }
  for (const { name, address } of modules)
    for (const { start, end } of layoutPieces(tasks.types.types, tasks.memory, address))
      if (within(virtual, start, end))
        yield {
          kind: 'module',
          text: `memory of module ${name}${distance(virtual - start)}`,
          name,
          start: hex(start),
          end: hex(end),
          offset: Number(virtual - start),
        };
}

/** Virtual addresses of the first two pages are real ones, and those are each CPU's own lowcore. */
export const isOwnLowcore = (session: Session, virtual: bigint | undefined): boolean =>
  virtual !== undefined && virtual < BigInt(lowcoreSize) && architectures[session.image.machine.arch].features.has('lowcore');

function* lowcoreFacts({ session, virtual, absolute, nameOf }: Question): Generator<Fact> {
  if (!architectures[session.image.machine.arch].features.has('lowcore')) return;
  if (virtual !== undefined && isOwnLowcore(session, virtual)) {
    const offset = Number(virtual);
    const known = machineCpus(session).cpus.some(({ prefix }) => prefix !== undefined);
    const [lowcore] = known ? describeLowcores(session, {}).cpus : [];
    const field = lowcore?.fields.find((one) => one.offset <= offset && offset < one.offset + one.size)?.name;
    const text = `lowcore of whichever CPU uses the address${field === undefined ? `, offset ${hex(offset)}` : `: ${field}`}`;
    yield { kind: 'lowcore', text, offset, ...defined({ field }) };
    return;
  }
  if (absolute === undefined) return;
  if (!knowsCpus(session)) {
    yield failed('lowcores, stacks and per-CPU data', 'which registers belong to which CPU has not been determined yet');
    return;
  }
  const { cpus } = machineCpus(session);
  const numbering = cpuNumbering(cpus);
  for (const cpu of cpus) {
    const own = ownLowcore(session, cpu);
    if (own === undefined || !within(absolute, own, own + BigInt(lowcoreSize))) continue;
    const offset = Number(absolute - own);
    const number = cpu[numbering] ?? cpu.id;
    const [lowcore] = describeLowcores(session, { cpu: number }).cpus;
    const field = lowcore?.fields.find((one) => one.offset <= offset && offset < one.offset + one.size)?.name;
    const text = `lowcore of ${nameOf(number)}${field === undefined ? `, offset ${hex(offset)}` : `: ${field}`}`;
    yield { kind: 'lowcore', text, cpu: number, prefix: hex(own), offset, ...defined({ field }) };
  }
}

function* perCpuFacts({ tasks, names, virtual, nameOf }: Question): Generator<Fact> {
  const [start, end] = ['__per_cpu_start', '__per_cpu_end'].map((name) => tasks.symbols?.lookup(name)[0]?.address);
  if (virtual === undefined || start === undefined || end === undefined) return;
  for (const { number, perCpuOffset } of tasks.cpus) {
    if (perCpuOffset === undefined) continue;
    const variable = BigInt.asUintN(64, virtual - perCpuOffset);
    if (!within(variable, start, end)) continue;
    const found = names?.at(variable);
    const symbol = found === undefined ? undefined : `${found.name}${distance(found.offset)}`;
    yield {
      kind: 'per-cpu',
      text: `per-CPU data of ${nameOf(number)}${symbol === undefined ? '' : `: ${symbol}`}`,
      cpu: number,
      variable: hex(variable),
      ...defined({ symbol }),
    };
  }
}

function* taskFacts({ tasks, objects, virtual, nameOf }: Question): Generator<Fact> {
  if (virtual === undefined) return;
  const { list, layout } = tasks;
  const size = objects.sizeOf('task_struct');
  const bytes = isFailure(size) ? 0n : BigInt(size.value);
  for (const { address, comm, pid, stack } of list.tasks) {
    const who = `${comm} (pid ${pid ?? '?'})`;
    const of = { ...defined({ pid }) };
    yield undefined;
    if (within(virtual, address, address + bytes) || virtual === address)
      yield { kind: 'task', text: `task_struct of ${who}${distance(virtual - address)}`, task: hex(address), comm, offset: Number(virtual - address), ...of };
    const stackEnd = stack === undefined || layout === undefined ? undefined : stack + BigInt(layout.stackBytes);
    if (stack !== undefined && stackEnd !== undefined && within(virtual, stack, stackEnd))
      yield { kind: 'stack', text: `kernel stack of ${who}${distance(virtual - stack)}`, start: hex(stack), end: hex(stackEnd), task: hex(address), ...of };
  }
  for (const { number, stacks } of tasks.cpus)
    for (const { name, start, end } of stacks)
      if (name !== 'kernel stack' && within(virtual, start, end))
        yield { kind: 'stack', text: `${name} of ${nameOf(number)}${distance(virtual - start)}`, start: hex(start), end: hex(end), cpu: number };
  if (!list.complete) yield failed('stacks of some tasks', list.broken ?? tasks.missing[0]?.why ?? 'the list of tasks is not complete');
}

function slabText({ cache, offset, index, objects, state }: SlabPlace): string {
  const free = 'unknown' in state ? `whether it is free is not known: ${state.unknown}` : state.free ? 'free' : 'allocated';
  const part =
    offset < 0 ? `${-offset} bytes before object` : offset >= cache.objectSize ? `${offset - cache.objectSize} bytes past the end of object` : 'object';
  return `${part} ${index} of ${objects} in a slab of ${cache.name}${offset > 0 && offset < cache.objectSize ? `, offset ${hex(offset)}` : ''}, ${free}`;
}

function* pageFacts({ tasks, objects, virtual, absolute }: Question): Generator<Fact> {
  if (absolute === undefined) return;
  const found = pageStruct(objects, absolute);
  if (isFailure(found)) {
    yield found;
    return;
  }
  const place = slabPlace(objects, virtual ?? absolute, absolute, found, tasks.cpus, tasks.kernel.memory);
  if (place !== undefined && isFailure(place)) yield place;
  // Where only memory was named its virtual address is that of the map of all memory, which is not known here.
  else if (place !== undefined && virtual !== undefined) {
    const { cache, object, offset, index, objects: count, state } = place;
    yield {
      kind: 'slab',
      text: slabText(place),
      cache: cache.name,
      cacheAddress: hex(cache.address),
      object: hex(object),
      offset,
      size: cache.size,
      objectSize: cache.objectSize,
      index,
      objects: count,
      ...('free' in state ? { free: state.free } : {}),
    };
    if ('unknown' in state) yield failed('whether the object is free', state.unknown);
  }
  const flags = flagNames(objects, found.page);
  if (isFailure(flags)) yield flags;
  const at = found.page.address;
  if (isFailure(at)) return;
  const head = found.head.pfn === found.pfn ? undefined : Number(found.head.pfn);
  const names = isFailure(flags) ? undefined : [...flags.value];
  const words = names === undefined ? '' : names.length === 0 ? ': no flags' : `: ${names.join(', ')}`;
  yield {
    kind: 'page',
    text: `page frame ${found.pfn}${words}${head === undefined ? '' : `; part of the compound page at frame ${head}`}`,
    pfn: Number(found.pfn),
    page: hex(at.value),
    ...defined({ flags: names, head }),
  };
}

function* vmallocFacts({ objects, virtual }: Question): Generator<Fact> {
  if (virtual === undefined) return;
  for (const area of vmallocAreas(objects)) {
    if (isFailure(area)) {
      yield area;
      continue;
    }
    if (!within(virtual, area.start, area.end)) {
      yield undefined;
      continue;
    }
    const caller = area.vm?.at('caller').symbol();
    const by = valueOf(caller);
    const text = `area of vmalloc ${hex(area.start)}-${hex(area.end)}${distance(virtual - area.start)}${by === undefined ? '' : `, made by ${by}`}`;
    yield { kind: 'vmalloc', text, start: hex(area.start), end: hex(area.end), offset: Number(virtual - area.start), ...defined({ caller: by }) };
  }
}

function* memoryFact({ session, virtual, absolute }: Question): Generator<Fact> {
  if (absolute === undefined) {
    if (virtual !== undefined && !isOwnLowcore(session, virtual)) yield failed('memory at the address', 'no translation leads to any');
    return;
  }
  const [gap] = session.memory.read(absolute, 1).absences;
  const state = absolute >= session.memory.end ? 'missing' : (gap?.state ?? 'in the dump');
  yield { kind: 'memory', text: `absolute ${hex(absolute)}, ${state}`, absolute: hex(absolute), state };
}

/** Everything that an address may be, the narrowest first. */
export const looks = [
  { of: 'symbols', look: symbolFact },
  { of: 'lowcores', look: lowcoreFacts },
  { of: 'per-CPU data', look: perCpuFacts },
  { of: 'tasks and stacks', look: taskFacts },
  { of: 'pages', look: pageFacts },
  { of: 'areas of vmalloc', look: vmallocFacts },
  { of: 'modules', look: moduleFacts },
  { of: 'memory', look: memoryFact },
];
