/** Child processes of this one that open dumps for a worker in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export const openers = (): readonly number[] =>
  readdirSync('/proc').flatMap((name) => {
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'latin1'))?.[1];
      return Number(parent) === process.pid && readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('child-process') ? [Number(name)] : [];
    } catch {
      return [];
    }
  });

/** Strikes each of them once, as soon as it is there, until it is told to stop. @returns stops, and says how many there were */
export function strikeOpeners(signal: NodeJS.Signals | undefined): () => Promise<number> {
  let over = false;
  const struck = new Set<number>();
  const striking = (async () => {
    while (!over) {
      for (const pid of signal === undefined ? [] : openers()) {
        if (struck.has(pid)) continue;
        struck.add(pid);
        process.kill(pid, signal);
      }
      await sleep(1);
    }
  })();
  return async () => {
    over = true;
    await striking;
    return struck.size;
  };
}
