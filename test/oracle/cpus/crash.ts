/** What crash's `bt -a` and `bt` print: registers of each CPU, running tasks, and frames whose return addresses are in memory. */
import type { CpuJson } from '../../../src/shared/cpu-model.ts';
import type { Facts } from '../facts.ts';

const hexOf = (digits: string): string => `0x${BigInt(`0x${digits}`).toString(16)}`;
const files: Readonly<Record<string, string>> = {
  'general registers': 'r',
  'access registers': 'a',
  'control registers': 'c',
  'floating point registers': 'f',
};

/** Registers by "cpu N name"; the first section of each CPU counts, later ones repeat it. */
export function crashRegisters(text: string): Facts {
  const facts = new Map<string, string>();
  let cpu: number | undefined;
  let file: string | undefined;
  let count = 0;
  for (const line of text.split('\n')) {
    const head = /^PID: \d+ +TASK: ([0-9a-f]+) +CPU: (\d+)/.exec(line);
    if (head?.[1] !== undefined) {
      cpu = Number(head[2]);
      file = undefined;
      continue;
    }
    if (cpu === undefined) continue;
    const number = cpu;
    const set = (name: string, value: string): void => {
      if (!facts.has(`cpu ${number} ${name}`)) facts.set(`cpu ${number} ${name}`, value);
    };
    const psw = /^ {2}-psw +: 0x([0-9a-f]+) 0x([0-9a-f]+)/.exec(line);
    if (psw?.[1] !== undefined && psw[2] !== undefined) {
      set('psw mask', hexOf(psw[1]));
      set('psw address', hexOf(psw[2]));
    }
    const single = /^ {2}-(prefix|cpu timer) *: 0x([0-9a-f]+)/.exec(line);
    if (single?.[1] !== undefined && single[2] !== undefined) set(single[1], hexOf(single[2]));
    const starts = /^ {2}-(\w[\w ]+):$/.exec(line);
    if (starts?.[1] !== undefined) {
      file = files[starts[1]];
      count = 0;
    } else if (file !== undefined && /^ {5}(?:0x)?[0-9a-f]/.test(line)) {
      for (const [, digits = ''] of line.matchAll(/(?:0x)?([0-9a-f]+)/g)) set(`${file}${count++}`, hexOf(digits));
    } else if (line.trim() === '') file = undefined;
    // After the first frame, registers are of a context that was interrupted before.
    if (/^ ?#0 /.test(line)) cpu = undefined;
    else if (/^ {4}R/.test(line))
      for (const [, name = '', digits = ''] of line.matchAll(/\b(R[A-Z]{2}|R\d{1,2}|RFLAGS): ([0-9a-f]{8,16})\b/g))
        set(name === 'RFLAGS' ? 'eflags' : name.toLowerCase(), hexOf(digits));
  }
  return facts;
}

/** The same from our CPUs; crash counts CPUs as Linux does. */
export function ourRegisters(cpus: readonly CpuJson[]): Facts {
  const facts = new Map<string, string>();
  for (const cpu of cpus) {
    const set = (name: string, value: string | undefined): void => {
      if (value !== undefined) facts.set(`cpu ${cpu.linuxCpu ?? cpu.id} ${name}`, value);
    };
    set('psw mask', cpu.psw?.mask);
    set('psw address', cpu.psw?.address);
    set('prefix', cpu.prefix);
    set('cpu timer', cpu.timer);
    cpu.gprs?.forEach((value, index) => {
      set(`r${index}`, value);
    });
    cpu.acrs?.forEach((value, index) => {
      set(`a${index}`, value);
    });
    cpu.crs?.forEach((value, index) => {
      set(`c${index}`, value);
    });
    cpu.fprs?.forEach((value, index) => {
      set(`f${index}`, value);
    });
    for (const [name, value] of Object.entries(cpu.registers ?? {})) set(name, value);
  }
  return facts;
}

export interface Frame {
  /** Virtual address of the word that holds the return address. */
  readonly slot: bigint;
  readonly returns: bigint;
}

/** Slot of the return address in a frame of the packed s390x stack (lowcore.md section 8). */
const s390xSlot = 136n;

/** Frames of tasks that sleep: their return addresses are in the stack. Frames of running tasks need not. */
export function crashFrames(text: string, arch: 's390x' | 'x86_64'): readonly Frame[] {
  const found = new Map<bigint, Frame>();
  let usable = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('PID:')) usable = true;
    // A section with registers is of a running or interrupted context.
    if (/LOWCORE INFO|exception RIP|^ {4}RIP/.test(line)) usable = false;
    const frame = /^ ?#\d+ \[([0-9a-f]+)\] \S+(?: \S+)? at ([0-9a-f]+)$/.exec(line);
    if (!usable || frame?.[1] === undefined || frame[2] === undefined) continue;
    const slot = BigInt(`0x${frame[1]}`) + (arch === 's390x' ? s390xSlot : 0n);
    found.set(slot, { slot, returns: BigInt(`0x${frame[2]}`) });
  }
  return [...found.values()];
}

/** `lowcore_ptr = $1 = {0xc5a000, ...}` */
export function crashLowcores(text: string): readonly bigint[] {
  const list = /^lowcore_ptr = \$\d+ = \s*\{([^}]*)\}/m.exec(text)?.[1];
  return (list?.match(/0x[0-9a-f]+/g) ?? []).map(BigInt).filter((value) => value !== 0n);
}

/** Task that `bt -a` names for each CPU. */
export function crashTasks(text: string): ReadonlyMap<number, string> {
  const tasks = new Map<number, string>();
  for (const [, task = '', cpu = ''] of text.matchAll(/^PID: \d+ +TASK: ([0-9a-f]+) +CPU: (\d+) .*\n LOWCORE INFO:/gm))
    if (!tasks.has(Number(cpu))) tasks.set(Number(cpu), hexOf(task));
  return tasks;
}
