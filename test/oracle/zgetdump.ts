/** `zgetdump -i` (s390-tools 2.16 and 2.35): format, UTS names, CPU count, memory map. */
import type { Answers } from './answers.ts';
import type { Facts } from './facts.ts';
import type { Oracle } from './oracle-suite.ts';

type Value = string | number | boolean;

const formats: Readonly<Record<string, string>> = { elf: 'elf-vmcore', s390: 's390' };
const mebibyte = 1n << 20n;

/** Label -> fact, and how the text after it reads. */
const labels: readonly (readonly [label: string, fact: string, read: (text: string) => Value])[] = [
  ['Dump format', 'format', (text) => formats[text] ?? text],
  ['UTS node name', 'nodename', (text) => text],
  ['UTS kernel release', 'release', (text) => text],
  ['UTS kernel version', 'version', (text) => text],
  ['System arch', 'arch', (text) => text.split(' ')[0] ?? ''],
  ['CPU count (online)', 'cpus', Number],
  ['Dump memory range', 'memory end', (text) => Number.parseInt(text, 10)],
];

const rangeLine = /^ {2}([0-9a-f]{16}) - ([0-9a-f]{16}) \(/;
const hexOf = (value: bigint): string => `0x${value.toString(16)}`;

/** Ranges merged where they touch or overlap, with exclusive ends: zgetdump lists the kernel image of newer kernels twice. */
function merged(ranges: readonly (readonly [bigint, bigint])[]): string {
  const sorted = [...ranges].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const result: [bigint, bigint][] = [];
  for (const [start, end] of sorted) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = end > last[1] ? end : last[1];
    else result.push([start, end]);
  }
  return result.map(([start, end]) => `${hexOf(start)}-${hexOf(end)}`).join(' ');
}

function stated(text: string): Facts {
  const facts = new Map<string, Value>();
  // Version 2.16 takes virtual for physical addresses where the two differ, and then says so in this way.
  const confused = text.includes('is a user space core dump');
  const ranges: [bigint, bigint][] = [];
  for (const line of text.split('\n')) {
    const known = labels.find(([label]) => line.startsWith(`  ${label}.`) || line.startsWith(`  ${label}:`));
    const value = /^[^:]*: (.*)$/.exec(line)?.[1];
    if (known !== undefined && value !== undefined && !(confused && known[1] === 'memory end')) facts.set(known[1], known[2](value));
    const range = rangeLine.exec(line);
    if (range?.[1] !== undefined && range[2] !== undefined) ranges.push([BigInt(`0x${range[1]}`), BigInt(`0x${range[2]}`) + 1n]);
    // The version of an ELF dump is e_version, which is always 1.
    if (line.startsWith('  Version.') && facts.get('format') === 's390') facts.set('format version', Number(value));
  }
  if (ranges.length > 0 && !confused) facts.set('memory map', merged(ranges));
  if (/not complete|is not complete/.test(text)) facts.set('complete', false);
  else if (facts.size > 0 && !confused) facts.set('complete', true);
  return facts;
}

function answered({ info, memoryEnd }: Answers): Facts {
  const facts = new Map<string, Value>([
    ['format', info.container.format],
    ['complete', info.container.complete ?? false],
    ['arch', info.machine.arch],
    ...(info.machine.cpuCount === undefined ? [] : [['cpus', info.machine.cpuCount] as const]),
    ['memory end', Number(BigInt(memoryEnd) / mebibyte)],
    ['memory map', merged(info.memory.ranges.map(({ start, end }) => [BigInt(start), BigInt(end)]))],
  ]);
  if (info.container.version !== undefined) facts.set('format version', info.container.version);
  for (const name of ['nodename', 'release', 'version'] as const) {
    const value = info.kernel[name];
    if (value !== undefined) facts.set(name, value);
  }
  return facts;
}

const pointers: Readonly<Record<string, string>> = {
  '/info/container/format': 'format',
  '/info/container/version': 'format version',
  '/info/container/complete': 'complete',
  '/info/kernel/nodename': 'nodename',
  '/info/kernel/release': 'release',
  '/info/kernel/version': 'version',
  '/info/machine/arch': 'arch',
  '/info/machine/cpuCount': 'cpus',
};

export const zgetdump: Oracle = {
  name: 'zgetdump -i',
  stated,
  answered,
  judged(pointer, facts) {
    if (/^\/info\/memory\/ranges\/(-|\d+\/(start|end))$/.test(pointer)) return facts.has('memory map');
    return facts.has(pointers[pointer] ?? '');
  },
};
