/** Finds the process of the window's engine, without the command ps, which not every machine has. */
import { readFileSync, readdirSync } from 'node:fs';
import type { Desk } from './desk.ts';

/**
 * Parent and command line of a process (proc(5): after the name in parentheses come the state and the parent's number). Undefined if it has ended.
 */
function processOf(pid: string): { readonly parent: number; readonly command: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return { parent, command: readFileSync(`/proc/${pid}/cmdline`, 'latin1') };
  } catch {
    return undefined;
  }
}

/** @throws Error if the window has no engine process */
export function enginePid({ app }: Pick<Desk, 'app'>): number {
  const window = app.process().pid;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const found = processOf(pid);
    if (found !== undefined && found.parent === window && found.command.includes('engine/child-process')) return Number(pid);
  }
  throw new Error('the window runs no engine');
}
