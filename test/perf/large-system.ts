/**
 * A large Linux on s390x as an ELF core: any number of CPUs, tasks, kernel symbols, log records and modules, all where the kernel's own lists,
 * tables and types (BTF) lead to them. Below 64 MiB it is the described system of src/samples, then come the tables, and the tasks are last:
 * they are written straight to the file.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { elfVmcore } from '../../src/samples/elf-vmcore.ts';
import { writeKallsyms, type KernelSymbol } from '../../src/samples/kallsyms.ts';
import type { MemoryImage } from '../../src/samples/memory-image.ts';
import { writePrintkRing, type PrintkRecord } from '../../src/samples/printk-ring.ts';
import { places } from '../../src/samples/s390x-places.ts';
import { kernelSymbols } from '../../src/samples/s390x-symbol-table.ts';
import { s390xSystem, type S390xSystem } from '../../src/samples/s390x-system.ts';
import { vmcoreinfoNote } from '../../src/samples/vmcoreinfo-text.ts';
import { DescribedStructs } from '../unit/kernel/described-structs.ts';

export interface LargeSystem {
  readonly cpus: number;
  /** Tasks besides those of the small system: processes of eight threads. */
  readonly tasks: number;
  /** Of the kernel, without those of modules. */
  readonly symbols: number;
  /** log2 of the bytes of the log's text ring. */
  readonly logBits: number;
  readonly modules: number;
  /** Symbols of each module. */
  readonly moduleSymbols: number;
}

/** What the field's largest systems have. */
export const largest: LargeSystem = { cpus: 512, tasks: 200_000, symbols: 1_000_000, logBits: 24, modules: 2000, moduleSymbols: 200 };

export interface LargeDump {
  readonly records: number;
  /** All that the list has, init_task and the small system's own included; idle tasks of other CPUs are not on it. */
  readonly listedTasks: number;
  readonly bytes: number;
}

const mib = 2 ** 20;
/** Absolute and virtual addresses alike: the identity map of kernels before 6.10. */
const room = { types: 64 * mib, kallsyms: 65 * mib, log: 112 * mib, modules: 144 * mib, tasks: 256 * mib } as const;

/** Offsets of the small system's task_struct (src/samples/s390x-tasks.ts); its other members lie where those leave room. */
const taskBytes = 0xb00;
const structs = new DescribedStructs('big', {
  list_head: { next: 'list_head *', prev: 'list_head *' },
  atomic_long_t: { counter: 's64' },
  prb_data_blk_lpos: { begin: 'u64', next: 'u64' },
  prb_desc: { state_var: 'atomic_long_t', text_blk_lpos: 'prb_data_blk_lpos' },
  prb_data_ring: { size_bits: 'u32', data: 'char *', head_lpos: 'atomic_long_t', tail_lpos: 'atomic_long_t' },
  prb_desc_ring: {
    count_bits: 'u32',
    descs: 'prb_desc *',
    infos: 'void *',
    head_id: 'atomic_long_t',
    tail_id: 'atomic_long_t',
    last_finalized_id: 'atomic_long_t',
  },
  printk_ringbuffer: { desc_ring: 'prb_desc_ring', text_data_ring: 'prb_data_ring', fail: 'atomic_long_t' },
  thread_union: { stack: 'char[16384]' },
  thread_struct: { ksp: 'u64' },
  signal_struct: { thread_head: 'list_head' },
  task_struct: {
    __state: 'u32 @0x18',
    exit_state: 'u32 @0x1c',
    stack: 'char * @0x20',
    flags: 'u32 @0x2c',
    on_cpu: 'u32 @0x34',
    cpu: 'u32 @0x38',
    tasks: 'list_head @0x530',
    pid: 'u32 @0x610',
    tgid: 'u32 @0x614',
    real_parent: 'task_struct * @0x620',
    group_leader: 'task_struct * @0x650',
    thread_node: 'list_head @0x6f0',
    comm: 'char[16] @0x7b8',
    signal: 'signal_struct * @0x7f0',
    thread: 'thread_struct @0xa28',
    _last: 'u64 @0xaf8',
  },
  module_layout: { base: 'char *', size: 'u32' },
  mod_kallsyms: { symtab: 'char *', num_symtab: 'u32', strtab: 'char *', typetab: 'char *' },
  module: {
    state: 'u32',
    list: 'list_head',
    name: 'char[56]',
    core_layout: 'module_layout @0x140',
    kallsyms: 'mod_kallsyms * @0x180',
    core_kallsyms: 'mod_kallsyms @0x188',
    refcnt: 's32 @0x1c0',
    _last: 'u64 @0x1f8',
  },
});
const at = (member: string): number => structs.offsetOf('task_struct', member);

const threadsOfProcess = 8;
/** A process: its tasks, then its signal_struct. */
const processBytes = threadsOfProcess * taskBytes + 0x100;
const signalAt = threadsOfProcess * taskBytes;
const firstPid = 10_000;
const userTask = 0x0040_0000;
/** Stacks are not in the dump: 16 KiB for each task from here on. */
const stacks = 2 ** 40;

/** One process; `previous` and `next` are the list nodes before and after its leader's. */
function processOf(index: number, cpus: number, previous: number, next: number): Buffer {
  const bytes = Buffer.alloc(processBytes);
  const start = room.tasks + index * processBytes;
  const u32 = (place: number, value: number): unknown => bytes.writeUInt32BE(value, place);
  const u64 = (place: number, value: number): unknown => bytes.writeBigUInt64BE(BigInt(value), place);
  const head = start + signalAt;
  for (let thread = 0; thread < threadsOfProcess; thread += 1) {
    const number = index * threadsOfProcess + thread;
    const task = thread * taskBytes;
    const node = (one: number): number => (one < 0 || one >= threadsOfProcess ? head : start + one * taskBytes + at('thread_node'));
    u32(task + at('__state'), number % 50 === 7 ? 2 : 1);
    u64(task + at('stack'), stacks + number * 0x4000);
    u32(task + at('flags'), userTask);
    u32(task + at('cpu'), number % cpus);
    u32(task + at('pid'), firstPid + number);
    u32(task + at('tgid'), firstPid + index * threadsOfProcess);
    // Children of init, which is the first of the small system's sleepers.
    u64(task + at('real_parent'), places.tasks);
    u64(task + at('group_leader'), start);
    u64(task + at('signal'), start + signalAt);
    u64(task + at('thread_node'), node(thread + 1));
    u64(task + at('thread_node') + 8, node(thread - 1));
    bytes.write(`db2sysc.${index}`, task + at('comm'), 'latin1');
    u64(task + at('thread.ksp'), stacks + number * 0x4000 + 0x3d00);
  }
  u64(at('tasks'), next);
  u64(at('tasks') + 8, previous);
  u64(signalAt, start + at('thread_node'));
  u64(signalAt + 8, start + (threadsOfProcess - 1) * taskBytes + at('thread_node'));
  return bytes;
}

/** Puts all processes between init_task and what came before it, at the end of the list. @returns the node before the first of them */
function linkTasks(memory: MemoryImage, processes: number): number {
  const init = places.initTask + at('tasks');
  const last = Number(Buffer.from(memory.read(init + 8, 8)).readBigUInt64BE());
  if (processes === 0) return last;
  const node = (index: number): number => room.tasks + index * processBytes + at('tasks');
  memory.u64(last, node(0)).u64(init + 8, node(processes - 1));
  return last;
}

function countListed(memory: MemoryImage, before: number): number {
  let count = 1;
  for (let node = before; node !== places.initTask + at('tasks'); count += 1) node = Number(Buffer.from(memory.read(node + 8, 8)).readBigUInt64BE());
  return count;
}

function writeModules(memory: MemoryImage, { modules, moduleSymbols }: LargeSystem): void {
  const size = structs.sizeOf('module');
  const table = moduleSymbols * 24;
  const names = moduleSymbols * 32;
  const each = Math.ceil((size + table + names + moduleSymbols) / 0x1000) * 0x1000;
  const start = (index: number): number => room.modules + index * each;
  if (start(modules) > room.tasks) throw new RangeError('there is no room for so many modules');
  const list = structs.offsetOf('module', 'list');
  const node = (index: number): number => (index < 0 || index >= modules ? places.modules : start(index) + list);
  memory.u64(places.modules, node(0)).u64(places.modules + 8, node(modules - 1));
  for (let index = 0; index < modules; index += 1) {
    const module = start(index);
    const [symtab, strtab, typetab] = [module + size, module + size + table, module + size + table + names];
    const code = 0x3ff80000000 + index * 0x10000;
    structs.put(memory, module, 'module', {
      'list.next': node(index + 1),
      'list.prev': node(index - 1),
      name: `driver_${index}`,
      'core_layout.base': code,
      'core_layout.size': 0x10000,
      kallsyms: module + structs.offsetOf('module', 'core_kallsyms'),
      'core_kallsyms.symtab': symtab,
      'core_kallsyms.num_symtab': moduleSymbols,
      'core_kallsyms.strtab': strtab,
      'core_kallsyms.typetab': typetab,
      refcnt: 1 + (index % 4),
    });
    const symbols = Buffer.alloc(table);
    const texts = Buffer.alloc(names);
    for (let one = 1; one < moduleSymbols; one += 1) {
      symbols.writeUInt32BE(one * 32, one * 24);
      symbols.writeUInt16BE(1, one * 24 + 6);
      symbols.writeBigUInt64BE(BigInt(code + one * 0x100), one * 24 + 8);
      symbols.writeBigUInt64BE(0x100n, one * 24 + 16);
      texts.write(`driver_${index}_function_${one}`, one * 32, 'latin1');
    }
    memory.write(symtab, symbols).write(strtab, texts).fill(typetab, moduleSymbols, 't'.charCodeAt(0));
  }
}

function writeLog(memory: MemoryImage, logBits: number): readonly PrintkRecord[] {
  const perRecord = 128;
  const countBits = logBits - 7;
  const count = (1 << countBits) - 2;
  const records = Array.from({ length: count }, (_, index): PrintkRecord => {
    const text = `dasd-eckd 0.0.${index.toString(16).padStart(5, '0')}: an I/O request took longer than ${index % 60} seconds, path ${index % 8} is tried again`;
    return { time: BigInt(index) * 1_000_000n, level: index % 97 === 0 ? 3 : 6, text: text.padEnd(perRecord - 16, '.').slice(0, perRecord - 16) };
  });
  const panic: PrintkRecord = { time: BigInt(count) * 1_000_000n, level: 0, text: 'Kernel panic - not syncing: sysrq triggered crash', caller: 97 };
  const all = [...records, panic];
  const descriptors = room.log;
  const infos = descriptors + (24 << countBits);
  writePrintkRing(
    memory,
    {
      pointer: places.prb,
      ring: places.prbStatic,
      descriptors,
      infos,
      data: infos + (88 << countBits),
      countBits,
      sizeBits: logBits,
      virtual: (address) => BigInt(address),
    },
    all,
  );
  return all;
}

/** The small system's own names, those of the types' place, and so many more; ascending by address. */
function symbolsOf(system: S390xSystem, count: number, typesEnd: number): readonly KernelSymbol[] {
  const own = kernelSymbols(system.mapping, { cpuCount: system.cpus.length });
  const types: readonly KernelSymbol[] = [
    { type: 'D', name: '__start_BTF', address: BigInt(room.types) },
    { type: 'D', name: '__stop_BTF', address: BigInt(typesEnd) },
  ];
  const more = Array.from({ length: Math.max(0, count - own.length - types.length) }, (_, index): KernelSymbol => ({
    type: 't',
    name: `driver_of_something_${index.toString(36)}`,
    address: 0x8000_0000n + BigInt(index) * 64n,
  }));
  return [...own, ...types, ...more];
}

/** Writes the dump. The same numbers give the same bytes. */
export function largeSystem(path: string, numbers: LargeSystem = largest): LargeDump {
  const processes = Math.ceil(numbers.tasks / threadsOfProcess);
  const size = Math.ceil((room.tasks + processes * processBytes) / mib) * mib;
  const system = s390xSystem({ kernel: '6.1', memorySize: size, cpuCount: numbers.cpus, state: 'kdump', registers: 'believable' });
  const { memory } = system;
  const blob = structs.blob();
  memory.write(room.types, blob);
  const symbols = symbolsOf(system, numbers.symbols, room.types + blob.length);
  const keys = writeKallsyms(memory, { start: room.kallsyms, end: room.log, virtual: (address) => BigInt(address), order: '6.1' }, symbols);
  const info = `${(system.vmcoreinfo ?? '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('SYMBOL(kallsyms_'))
    .join('\n')}\n${keys.join('\n')}\n`;
  memory.write(places.vmcoreinfoNote, vmcoreinfoNote(info));
  memory.fill(places.vmcoreinfoText, 0x1000, 0).text(places.vmcoreinfoText, info.replace(/CRASHTIME=.*\n/, ''));
  const records = writeLog(memory, numbers.logBits);
  writeModules(memory, numbers);
  const before = linkTasks(memory, processes);
  const listedTasks = countListed(memory, before) + processes * threadsOfProcess;

  const core = Buffer.from(elfVmcore({ ...system, vmcoreinfo: info }, { loads: [{ address: 0, size, fileSize: room.tasks }] }));
  const programHeaders = Number(core.readBigUInt64BE(0x20));
  const load = Array.from({ length: core.readUInt16BE(0x38) }, (_, index) => programHeaders + index * 56).find((place) => core.readUInt32BE(place) === 1);
  if (load === undefined) throw new Error('the builder made an ELF file without PT_LOAD');
  core.writeBigUInt64BE(BigInt(size), load + 32);
  const start = Number(core.readBigUInt64BE(load + 8)) + room.tasks;
  const file = openSync(path, 'w');
  try {
    writeSync(file, core, 0, start, 0);
    const atOnce = 256;
    for (let first = 0; first < processes; first += atOnce) {
      const pieces: Buffer[] = [];
      for (let index = first; index < Math.min(processes, first + atOnce); index += 1) {
        const node = (other: number): number => room.tasks + other * processBytes + at('tasks');
        pieces.push(
          processOf(index, numbers.cpus, index === 0 ? before : node(index - 1), index + 1 === processes ? places.initTask + at('tasks') : node(index + 1)),
        );
      }
      writeSync(file, Buffer.concat(pieces), 0, undefined, start + first * processBytes);
    }
    const end = processes * processBytes;
    writeSync(file, Buffer.alloc(size - room.tasks - end), 0, undefined, start + end);
  } finally {
    closeSync(file);
  }
  return { records: records.length, listedTasks, bytes: start + size - room.tasks };
}
