/** Tasks in columns of numbers: a large system has hundreds of thousands, and as objects each takes a quarter of a KiB. */
import { defined } from '../../../shared/defined.ts';
import type { VirtualAddress } from '../../../shared/units.ts';
import type { KernelTask } from './kernel-task.ts';
import type { TaskState } from './task-layout.ts';

const kinds = ['idle', 'kernel', 'user'] as const;
/** In a column of numbers: not known. */
const unknown = -1;
const firstRoom = 1024;

/** Bits of the column of flags; the kind is one above its place among the kinds. */
const kindBits = 3;
const thread = 4;
const onCpuKnown = 8;
const onCpu = 16;

/** A column twice as long. */
function grown<T extends Int32Array | BigUint64Array | Uint8Array>(make: (length: number) => T, column: T): T {
  const larger = make(column.length * 2);
  larger.set(column as never);
  return larger;
}

export class TaskRows implements Iterable<KernelTask> {
  #length = 0;
  #addresses = new BigUint64Array(firstRoom);
  /** 0 for none. */
  #stacks = new BigUint64Array(firstRoom);
  #pids = new Int32Array(firstRoom);
  #tgids = new Int32Array(firstRoom);
  #parents = new Int32Array(firstRoom);
  #cpus = new Int32Array(firstRoom);
  /** Places in the list of states. */
  #states = new Int32Array(firstRoom);
  #flags = new Uint8Array(firstRoom);
  readonly #comms: string[] = [];
  readonly #knownStates: TaskState[] = [];
  readonly #placeOfState = new Map<TaskState, number>();
  /** Rows by the hash of their addresses, counted from 1. */
  #index: Int32Array | undefined;

  static of(tasks: Iterable<KernelTask>): TaskRows {
    const rows = new TaskRows();
    for (const task of tasks) rows.add(task);
    return rows;
  }

  get length(): number {
    return this.#length;
  }

  add(task: KernelTask): void {
    if (this.#length === this.#addresses.length) this.#grow();
    const row = this.#length;
    this.#addresses[row] = task.address;
    this.#stacks[row] = task.stack ?? 0n;
    this.#pids[row] = task.pid ?? unknown;
    this.#tgids[row] = task.tgid ?? unknown;
    this.#parents[row] = task.parent ?? unknown;
    this.#cpus[row] = task.cpu ?? unknown;
    this.#states[row] = task.state === undefined ? unknown : this.#placeOf(task.state);
    this.#flags[row] =
      (task.kind === undefined ? 0 : kinds.indexOf(task.kind) + 1) |
      (task.isThread ? thread : 0) |
      (task.onCpu === undefined ? 0 : onCpuKnown) |
      (task.onCpu === true ? onCpu : 0);
    this.#comms.push(task.comm);
    this.#length += 1;
    this.#index = undefined;
  }

  /** The task at an address; of several rows the first. */
  at(address: VirtualAddress): KernelTask | undefined {
    const index = (this.#index ??= this.#indexed());
    for (let slot = slotOf(address, index.length); ; slot = (slot + 1) % index.length) {
      const row = index[slot] ?? 0;
      if (row === 0) return undefined;
      if (this.#addresses[row - 1] === address) return this.#row(row - 1);
    }
  }

  *[Symbol.iterator](): Generator<KernelTask, undefined> {
    for (let row = 0; row < this.#length; row += 1) yield this.#row(row);
    return undefined;
  }

  /** The first that fits. */
  find(fits: (task: KernelTask) => boolean): KernelTask | undefined {
    for (const task of this) if (fits(task)) return task;
    return undefined;
  }

  /** Those that fit, where that is not most of them. */
  filter(fits: (task: KernelTask) => boolean): KernelTask[] {
    const found: KernelTask[] = [];
    for (const task of this) if (fits(task)) found.push(task);
    return found;
  }

  #row(row: number): KernelTask {
    const flags = this.#flags[row] ?? 0;
    const number = (column: Int32Array): number | undefined => (column[row] === unknown ? undefined : column[row]);
    const [pid, tgid, parent, cpu] = [number(this.#pids), number(this.#tgids), number(this.#parents), number(this.#cpus)];
    const state = this.#knownStates[this.#states[row] ?? unknown];
    const stack = this.#stacks[row];
    const kind = kinds[(flags & kindBits) - 1];
    return {
      address: this.#addresses[row] ?? 0n,
      comm: this.#comms[row] ?? '',
      ...defined({ pid, tgid, state, parent }),
      ...(stack === 0n ? {} : defined({ stack })),
      ...defined({ cpu }),
      ...((flags & onCpuKnown) === 0 ? {} : { onCpu: (flags & onCpu) !== 0 }),
      ...defined({ kind }),
      isThread: (flags & thread) !== 0,
    };
  }

  #placeOf(state: TaskState): number {
    const before = this.#placeOfState.get(state);
    if (before !== undefined) return before;
    const place = this.#knownStates.push(state) - 1;
    this.#placeOfState.set(state, place);
    return place;
  }

  #grow(): void {
    const words = (length: number): Int32Array<ArrayBuffer> => new Int32Array(length);
    const addresses = (length: number): BigUint64Array<ArrayBuffer> => new BigUint64Array(length);
    this.#addresses = grown(addresses, this.#addresses);
    this.#stacks = grown(addresses, this.#stacks);
    this.#pids = grown(words, this.#pids);
    this.#tgids = grown(words, this.#tgids);
    this.#parents = grown(words, this.#parents);
    this.#cpus = grown(words, this.#cpus);
    this.#states = grown(words, this.#states);
    this.#flags = grown((length) => new Uint8Array(length), this.#flags);
  }

  #indexed(): Int32Array {
    const index = new Int32Array(2 ** Math.ceil(Math.log2(2 * this.#length + 2)));
    for (let row = 0; row < this.#length; row += 1) {
      const address = this.#addresses[row] ?? 0n;
      let slot = slotOf(address, index.length);
      let before = index[slot] ?? 0;
      while (before !== 0 && this.#addresses[before - 1] !== address) {
        slot = (slot + 1) % index.length;
        before = index[slot] ?? 0;
      }
      if (before === 0) index[slot] = row + 1;
    }
    return index;
  }
}

/** Structures lie at distances of a few KiB: the multiplication spreads what is above over all bits. */
const slotOf = (address: VirtualAddress, slots: number): number =>
  (Math.imul(Number(BigInt.asUintN(32, address >> 3n)) ^ Number(BigInt.asUintN(29, address >> 35n)), 0x9e37_79b1) >>> 7) % slots;
