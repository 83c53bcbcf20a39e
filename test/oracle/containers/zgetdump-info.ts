/** `zgetdump -i`: every label of s390-dump.md section 10 as a fact of `info`. */
import type { Info } from '../../../src/shared/model.ts';
import type { Facts } from '../facts.ts';

type Value = string | number | boolean;

const mebibyte = 1 << 20;
const formats: Readonly<Record<string, string>> = {
  elf: 'elf-vmcore',
  kdump: 'kdump-compressed',
  kdump_flat: 'kdump-compressed flattened',
  s390_ext: 's390-ext',
};

const megabytes = (text: string): number => Number.parseInt(text, 10);
/** "Mon, 23 Nov 2026 08:28:08 +0000" */
const time = (text: string): string => new Date(text).toISOString().slice(0, 19);
const plain = (text: string): string => text;

const labels: readonly (readonly [label: string, fact: string, read: (text: string) => Value])[] = [
  ['Dump format', 'format', (text) => formats[text] ?? text],
  ['Version', 'version', Number],
  ['Dump created', 'created', time],
  ['Dump ended', 'ended', time],
  ['Dump CPU ID', 'cpu id', (text) => `0x${text}`],
  ['UTS node name', 'nodename', plain],
  ['UTS kernel release', 'release', plain],
  ['UTS kernel version', 'kernel', plain],
  ['Build arch', 'build arch', plain],
  ['System arch', 'system arch', plain],
  ['CPU count (online)', 'cpus', Number],
  ['CPU count (real)', 'real cpus', Number],
  ['Dump memory range', 'memory range', megabytes],
  ['Real memory range', 'real memory', megabytes],
  ['Dump file size', 'stored', megabytes],
  ['Zlib version', 'zlib version', Number],
];

export function statedInfo(text: string): Facts {
  const facts = new Map<string, Value>();
  for (const line of text.split('\n')) {
    const known = labels.find(([label]) => line.startsWith(`  ${label}.`) || line.startsWith(`  ${label}:`));
    const value = /^[^:]*: (.*)$/.exec(line)?.[1]?.trim();
    // QEMU leaves the names empty.
    if (known !== undefined && value !== undefined && value !== '') facts.set(known[1], known[2](value));
  }
  // Of ELF files it prints e_version.
  if (facts.get('format') === 'elf-vmcore') facts.delete('version');
  if (facts.size > 0) facts.set('complete', !text.includes('not complete'));
  // Of an incomplete dump it shows where the stored segments end.
  if (facts.get('complete') === false) facts.delete('memory range');
  return facts;
}

export function answeredInfo({ container, machine, memory, kernel, times }: Info): Facts {
  const facts = new Map<string, Value>();
  const set = (name: string, value: Value | undefined): void => {
    if (value !== undefined) facts.set(name, value);
  };
  set('format', `${container.format}${container.flattened ? ' flattened' : ''}`);
  set('version', container.version);
  set('complete', container.complete);
  set('created', (times.dumpStart ?? times.crash)?.slice(0, 19));
  set('ended', times.dumpEnd?.slice(0, 19));
  set('cpu id', machine.cpuId);
  set('nodename', kernel.nodename);
  set('release', kernel.release);
  set('kernel', kernel.version);
  set('build arch', machine.buildArch);
  set('system arch', `${machine.arch} (${machine.bits} bit)`);
  set('cpus', machine.cpuCount);
  // Of kdump-compressed dumps it calls the header's count the real one.
  set('real cpus', machine.realCpuCount ?? (container.format === 'kdump-compressed' ? machine.cpuCount : undefined));
  set('memory range', Number(BigInt(memory.ranges.at(-1)?.end ?? '0x0')) / mebibyte);
  set('real memory', memory.realBytes === undefined ? undefined : memory.realBytes / mebibyte);
  set('stored', container.storedBytes === undefined ? undefined : Math.floor(container.storedBytes / mebibyte));
  set('zlib version', container.zlibVersion);
  return facts;
}
