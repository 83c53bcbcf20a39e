/** All attributes that libkdumpfile 0.5.1 has for a dump: machine, registers, utsname, vmcoreinfo, and how many pages it could read. */
import { pageSize } from '../../src/shared/units.ts';
import type { Answers } from './answers.ts';
import type { Facts } from './facts.ts';
import type { Oracle } from './oracle-suite.ts';

type Value = string | number | boolean;

/** A Python string literal. */
const unquoted = (text: string): string => text.slice(1, -1).replaceAll(/\\(.)/g, '$1');
const hexOf = (value: string): string => `0x${BigInt(value).toString(16)}`;

const plain: Readonly<Record<string, string>> = {
  'arch.name': 'arch',
  'arch.byte_order': 'byte order',
  'arch.page_size': 'page size',
  'cpu.number': 'cpus',
  'linux.uts.nodename': 'nodename',
  'linux.uts.release': 'release',
  'linux.uts.version': 'version',
  max_pfn: 'max pfn',
};
const byteOrders: Readonly<Record<string, string>> = { '0': 'big', '1': 'little' };

function stated(text: string): Facts {
  const facts = new Map<string, Value>();
  for (const line of text.split('\n')) {
    const read = /^pages read (\d+), /.exec(line);
    if (read !== null) facts.set('pages', Number(read[1]));
    const [, name = '', value = ''] = /^([\w.]+(?:\([^)]*\)|-ID)?) = (.*)$/.exec(line) ?? [];
    const number = /^(\d+) \(0x[0-9a-f]+\)$/.exec(value)?.[1];
    const known = plain[name];
    if (known !== undefined)
      facts.set(known, known === 'byte order' ? (byteOrders[number ?? ''] ?? '') : number === undefined ? unquoted(value) : Number(number));
    const register = /^cpu\.(\d+)\.reg\.(\w+)$/.exec(name);
    if (register !== null && number !== undefined) facts.set(`cpu ${register[1] ?? ''} ${register[2] ?? ''}`, hexOf(number));
    const pid = /^cpu\.(\d+)\.pid$/.exec(name);
    if (pid !== null && number !== undefined) facts.set(`cpu ${pid[1] ?? ''} pid`, Number(number));
    const entry = /^linux\.vmcoreinfo\.lines\.(.+)$/.exec(name);
    if (entry?.[1] !== undefined) facts.set(`vmcoreinfo ${entry[1]}`, unquoted(value));
  }
  return facts;
}

/**
 * Pages of which any byte is in the dump, stored or as a known zero. libkdumpfile 0.5.1 also reads the last page of each
 * gap before a segment, as zeros, though no segment holds it: such a page is counted here as it counts it.
 */
function heldPages({ regions }: Answers): number {
  let pages = 0n;
  let last = 0n;
  for (const region of regions) {
    if (region.kind !== 'stored' && region.kind !== 'zero') continue;
    const first = BigInt(region.start) / BigInt(pageSize);
    const end = (BigInt(region.end) + BigInt(pageSize) - 1n) / BigInt(pageSize);
    const from = first > last ? first : last;
    if (end > from) pages += end - from + (from > last ? 1n : 0n);
    if (end > last) last = end;
  }
  return Number(pages);
}

function answered(answers: Answers): Facts {
  const { info } = answers;
  const facts = new Map<string, Value>([
    ['arch', info.machine.arch],
    ['byte order', info.machine.endianness],
    ...(info.machine.pageSize === undefined ? [] : [['page size', info.machine.pageSize] as const]),
    ...(info.machine.cpuCount === undefined ? [] : [['cpus', info.machine.cpuCount] as const]),
    ['max pfn', Number((BigInt(answers.memoryEnd) + BigInt(pageSize) - 1n) / BigInt(pageSize))],
    ['pages', heldPages(answers)],
  ]);
  for (const name of ['nodename', 'release', 'version'] as const) facts.set(name, info.kernel[name] ?? '');
  for (const cpu of answers.cpus) {
    const set = (name: string, value: Value | undefined): void => {
      if (value !== undefined) facts.set(`cpu ${cpu.id} ${name}`, value);
    };
    set('pswm', cpu.psw?.mask);
    set('pswa', cpu.psw?.address);
    cpu.gprs?.forEach((value, index) => {
      set(`r${index}`, value);
    });
    cpu.acrs?.forEach((value, index) => {
      set(`a${index}`, value);
    });
    for (const [name, value] of Object.entries(cpu.registers ?? {})) set(name === 'eflags' ? 'rflags' : name, value);
    const status = answers.notes.find((note) => note.cpu === cpu.id && note.name === 'NT_PRSTATUS')?.fields;
    set('pid', status?.find(({ name }) => name === 'pr_pid')?.value);
    set('orig_gpr2', status?.find(({ name }) => name === 'orig_gpr2')?.value);
  }
  for (const [key, value] of Object.entries(answers.vmcoreinfo?.entries ?? {})) facts.set(`vmcoreinfo ${key}`, value);
  return facts;
}

const pointers: Readonly<Record<string, string>> = {
  '/info/machine/arch': 'arch',
  '/info/machine/endianness': 'byte order',
  '/info/machine/pageSize': 'page size',
  '/info/machine/cpuCount': 'cpus',
  '/info/kernel/nodename': 'nodename',
  '/info/kernel/release': 'release',
  '/info/kernel/version': 'version',
};

export const libkdumpfile: Oracle = {
  name: 'libkdumpfile attributes',
  stated,
  answered,
  judged(pointer, facts) {
    const entry = /^\/vmcoreinfo\/entries\/(.+)$/.exec(pointer)?.[1];
    if (entry !== undefined) return facts.has(`vmcoreinfo ${entry.replaceAll('~1', '/').replaceAll('~0', '~')}`);
    const cpu = /^\/cpus\/(\d+)\/(?:psw\/(mask|address)|(gprs|acrs)\/(\d+)|registers\/(\w+))$/.exec(pointer);
    if (cpu === null) return facts.has(pointers[pointer] ?? '');
    const [, id = '', psw, file, number = '', register = ''] = cpu;
    const name =
      psw === undefined
        ? file === undefined
          ? register === 'eflags'
            ? 'rflags'
            : register
          : `${file === 'gprs' ? 'r' : 'a'}${number}`
        : `psw${psw === 'mask' ? 'm' : 'a'}`;
    return facts.has(`cpu ${id} ${name}`);
  },
};
