/** What crash and drgn printed about tasks, their stacks and memory. */

export interface StatedTask {
  readonly pid: number;
  readonly comm: string;
  readonly address: string;
  readonly state?: string;
  readonly parent?: number;
  readonly cpu?: number;
  readonly runs?: boolean;
}

const hexOf = (digits: string): string => `0x${BigInt(`0x${digits}`).toString(16)}`;

/** crash's two letters of a state as /proc's one; WA is a task that is being woken, which /proc shows as ready. */
const letters: Readonly<Record<string, string>> = { RU: 'R', WA: 'R', IN: 'S', UN: 'D', ID: 'I', ST: 'T', TR: 't', ZO: 'Z', DE: 'X', PA: 'P' };

/** Rows of crash's `ps`. */
export function crashPs(text: string): readonly StatedTask[] {
  return [...text.matchAll(/^(>?) +(\d+) +(\d+) +(\d+) +([0-9a-f]+) +([A-Z]{2}) +[\d.]+ +\d+ +\d+ +(.+)$/gm)].map(
    ([, mark, pid, parent, cpu, task = '', state = '', comm = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      cpu: Number(cpu),
      address: hexOf(task),
      state: letters[state] ?? state,
      comm: comm.trim().replace(/^\[(.*)\]$/, '$1'),
      runs: mark === '>',
    }),
  );
}

/** The lines "pid N S task 0x... comm NAME" of our drgn script. */
export function drgnTasks(text: string): readonly StatedTask[] {
  return [...text.matchAll(/^pid +(\d+) (\S) task 0x([0-9a-f]+) comm (.*)$/gm)].map(([, pid, state = '', task = '', comm = '']) => ({
    pid: Number(pid),
    state,
    address: hexOf(task),
    comm,
  }));
}

export interface StatedTrace {
  readonly pid: number;
  readonly task: string;
  readonly frames: readonly { readonly stackPointer: string; readonly name: string; readonly address: string }[];
}

/** Traces of `bt -a` and `foreach bt`; frame numbers begin again at every change of stack. */
export function crashTraces(text: string): readonly StatedTrace[] {
  const heads = [...text.matchAll(/^PID: (\d+) +TASK: ([0-9a-f]+) +CPU: \d+ +COMMAND: ".*"$/gm)];
  return heads.map((head, index) => {
    const end = heads[index + 1]?.index ?? text.length;
    const part = text.slice(head.index, end);
    const frames = [...part.matchAll(/^ *#\d+ \[([0-9a-f]+)\] (\S+) at ([0-9a-f]+)/gm)].map(([, sp = '', name = '', address = '']) => ({
      stackPointer: hexOf(sp),
      name,
      address: hexOf(address),
    }));
    return { pid: Number(head[1]), task: hexOf(head[2] ?? '0'), frames };
  });
}

/** Pages in `kmem -i`, by crash's name of the row. */
export function crashPages(text: string): ReadonlyMap<string, number> {
  return new Map(
    [...text.matchAll(/^ +(TOTAL MEM|FREE|BUFFERS|CACHED|SLAB|TOTAL SWAP|COMMIT LIMIT) +(\d+) +/gm)].map(([, name = '', pages]) => [name, Number(pages)]),
  );
}
