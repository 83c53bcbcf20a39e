/** Holds `dumpbench triage` and `dumpbench dmesg` against what the guest itself said: a dump that is read wrongly is not packed. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { MadeDump } from './crash-guest.ts';
import type { Trouble } from './troubles.ts';

const command = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'dumpbench.mjs');

const triageSchema = v.object({
  dumps: v.tuple([
    v.object({
      info: v.object({
        machine: v.object({ arch: v.string(), cpuCount: v.number() }),
        memory: v.object({ bytes: v.number() }),
        kernel: v.object({ release: v.string() }),
      }),
      health: v.object({ failed: v.number() }),
    }),
  ]),
});

/** A triage that fails a check ends with 1; that is judged by what it printed. */
function dumpbench(...args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, [command, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string };
    if (stdout === undefined || stdout === '') throw error;
    return stdout;
  }
}

/** The text of the triage. @throws Error that lists what is wrong */
export function checkDump({ dump, isKdump, texts, cpus, bytes }: MadeDump, { logs }: Trouble): string {
  const { dumps } = v.parse(triageSchema, JSON.parse(dumpbench('triage', dump, '--json')));
  const [{ info, health }] = dumps;
  const log = dumpbench('dmesg', dump);
  // "Linux version 6.1.0-50-s390x (...)"
  const release = readFileSync(join(texts, 'guest/version.txt'), 'utf8').split(' ')[2];
  const wrong = [
    ...(info.machine.arch === 's390x' ? [] : [`the architecture is ${info.machine.arch}`]),
    ...(info.machine.cpuCount === cpus ? [] : [`${info.machine.cpuCount} CPUs, the guest had ${cpus}`]),
    ...(info.kernel.release === release ? [] : [`the kernel is ${info.kernel.release}, the guest said ${release ?? 'nothing'}`]),
    // The crashkernel memory is in no dump of kdump.
    ...(isKdump || info.memory.bytes === bytes ? [] : [`${info.memory.bytes} bytes of memory, the guest had ${bytes}`]),
    ...(health.failed === 0 ? [] : [`${health.failed} checks failed`]),
    ...(logs === undefined || logs.test(log) ? [] : [`the log has no ${String(logs)}`]),
    ...(!isKdump || withoutCaller(readFileSync(join(texts, 'dmesg.txt'), 'utf8')) === log ? [] : ['the log is another than makedumpfile printed']),
  ];
  if (wrong.length > 0) throw new Error(`${dump} is read wrongly:\n${wrong.join('\n')}`);
  return dumpbench('triage', dump);
}

/** makedumpfile prints the caller where the kernel records it, dmesg only on demand. */
const withoutCaller = (text: string): string => text.replaceAll(/^(\[[ .\d]+\]) \[ *[TC]\d+\]/gm, '$1');
