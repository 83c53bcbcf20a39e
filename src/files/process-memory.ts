/** Memory of another process of ours, watched from outside: the process itself may be busy in code that counts nothing. */
import { readFileSync } from 'node:fs';

const everyMs = 25;

/** Bytes that a process has in memory; undefined where the system does not say (only Linux has /proc), or the process is gone. */
function residentBytes(pid: number): number | undefined {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

/**
 * Watches the memory of a process until the watch is ended.
 * @param onTooMuch called once, when the process has more than `most` bytes
 * @returns ends the watch
 */
export function watchMemory(pid: number, most: number, onTooMuch: () => void): () => void {
  const timer = setInterval(() => {
    if ((residentBytes(pid) ?? 0) <= most) return;
    clearInterval(timer);
    onTooMuch();
  }, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
