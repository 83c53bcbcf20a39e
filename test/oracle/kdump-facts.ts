/** `*.kdump-facts.txt`: lowcore pointers, os_info and vmcoreinfo as an independent script read them from the memory of a dump. */
import { fieldOf, type Answers } from './answers.ts';
import type { Facts } from './facts.ts';
import type { Oracle } from './oracle-suite.ts';

type Value = string | number | boolean;

const hexOf = (text: string): string => `0x${BigInt(text).toString(16)}`;

/** Entries that the script prints. */
const entries = 8;
const fields = ['addr', 'size', 'csum'] as const;

/** The region table of the purgatory: where it is, the digest if a right one is next to it, and the regions. */
function purgatoryFacts(text: string): [string, Value][] {
  const [, table = '', valid, computed, regions = ''] =
    /^sha regions table at (0x[0-9a-f]+) \(absolute starts\), (?:digest at (0x[0-9a-f]+ VALID [0-9a-f]{64})|no matching digest nearby \(computed ([0-9a-f]{64})\))\n((?: {3}region .*\n?)*)/m.exec(
      text,
    ) ?? [];
  if (table === '') return [];
  const [digestAt, , digest] = valid?.split(' ') ?? [];
  const ranges = [...regions.matchAll(/start (0x[0-9a-f]+) len (0x[0-9a-f]+)/g)].map(
    ([, start = '0', length = '0']) => `${hexOf(start)}-${hexOf(String(BigInt(start) + BigInt(length)))}`,
  );
  return [
    ['purgatory table', hexOf(table)],
    ['purgatory regions', ranges.join(' ')],
    ['purgatory computed', digest ?? computed ?? ''],
    ['purgatory matches', digest !== undefined],
    ...(digest === undefined || digestAt === undefined
      ? []
      : ([
          ['purgatory recorded', digest],
          ['purgatory digest', hexOf(digestAt)],
        ] satisfies [string, Value][])),
  ];
}

function stated(text: string): Facts {
  const facts = new Map<string, Value>(purgatoryFacts(text));
  let inVmcoreinfo = false;
  for (const line of text.split('\n')) {
    const machine = /^e_machine (\d+)/.exec(line);
    if (machine?.[1] !== undefined) facts.set('e_machine', Number(machine[1]));
    const pointer = /^lowcore 0x[0-9a-f]+ (\w+)( checksum)?(?: ptr)? += (0x[0-9a-f]+)/.exec(line);
    if (pointer?.[1] !== undefined && pointer[3] !== undefined)
      facts.set(`lowcore ${pointer[1]}${pointer[2] === undefined ? '' : '_checksum'}`, hexOf(pointer[3]));
    const page = /^os_info magic (0x[0-9a-f]+) .* csum (0x[0-9a-f]+) version (\d+)\.(\d+) crashkernel (0x[0-9a-f]+)\+(0x[0-9a-f]+)/.exec(line);
    if (page !== null) {
      const [, magic = '', csum = '', major = '', minor = '', start = '', size = ''] = page;
      facts.set('os_info magic', hexOf(magic)).set('os_info csum', hexOf(csum));
      facts.set('os_info version_major', Number(major)).set('os_info version_minor', Number(minor));
      facts.set('os_info crashkernel_addr', hexOf(start)).set('os_info crashkernel_size', hexOf(size));
    }
    const entry = /^ {2}entry (\d+): addr (0x[0-9a-f]+) size (\d+) csum (0x[0-9a-f]+)/.exec(line);
    if (entry !== null)
      [entry[2], entry[3], entry[4]].forEach((value, index) => facts.set(`entry ${entry[1] ?? ''} ${fields[index] ?? ''}`, hexOf(value ?? '')));
    const note = /^vmcoreinfo note at (0x[0-9a-f]+): (\d+) bytes/.exec(line);
    if (note !== null) facts.set('vmcoreinfo text', hexOf(String(BigInt(note[1] ?? '') + 24n))).set('vmcoreinfo bytes', Number(note[2]));
    inVmcoreinfo = note !== null || (inVmcoreinfo && line.startsWith('    '));
    const pair = inVmcoreinfo ? /^ {4}([^=]+)=(.*)$/.exec(line) : null;
    if (pair?.[1] !== undefined && pair[2] !== undefined) facts.set(`vmcoreinfo ${pair[1]}`, pair[2]);
  }
  return facts;
}

function answered(answers: Answers): Facts {
  const facts = new Map<string, Value>();
  const set = (name: string, value: Value | undefined): void => {
    if (value !== undefined) facts.set(name, value);
  };
  set('e_machine', fieldOf(answers, 'Elf64_Ehdr', 'e_machine'));
  for (const name of ['ipib', 'ipib_checksum', 'vmcore_info', 'os_info']) set(`lowcore ${name}`, fieldOf(answers, 'lowcore pointers', name));
  const { osInfo, vmcoreinfo } = answers;
  set('os_info magic', fieldOf(answers, 'os_info', 'magic'));
  set('os_info csum', osInfo?.checksum.recorded);
  set('os_info version_major', osInfo?.versionMajor);
  set('os_info version_minor', osInfo?.versionMinor);
  const start = osInfo?.crashkernel?.start ?? '0x0';
  set('os_info crashkernel_addr', start);
  // The end is computed modulo 2^64, as a damaged page may say anything.
  set('os_info crashkernel_size', hexOf(String(BigInt.asUintN(64, BigInt(osInfo?.crashkernel?.end ?? '0x0') - BigInt(start)))));
  for (let id = 0; id < entries; id += 1)
    for (const field of fields) set(`entry ${id} ${field}`, hexOf(String(fieldOf(answers, 'os_info', `entry[${id}].${field}`) ?? '0x0')));
  set('vmcoreinfo text', vmcoreinfo?.address);
  set('vmcoreinfo bytes', vmcoreinfo?.text.length);
  for (const [key, value] of Object.entries(vmcoreinfo?.entries ?? {})) set(`vmcoreinfo ${key}`, value);
  const purgatory = answers.checks.find(({ id }) => id === 'purgatory-sha256');
  const place = (step: string): string | undefined => /absolute (0x[0-9a-f]+)/.exec(purgatory?.steps?.find(({ check }) => check === step)?.detail ?? '')?.[1];
  set('purgatory table', place('purgatory'));
  set('purgatory digest', place('recorded digest'));
  set('purgatory regions', purgatory?.ranges?.map((range) => ('space' in range ? `${range.start}-${range.end}` : '')).join(' '));
  set('purgatory recorded', purgatory?.recorded);
  set('purgatory computed', purgatory?.computed);
  set('purgatory matches', purgatory?.verdict === 'passed');
  return facts;
}

const pointers: Readonly<Record<string, string>> = {
  '/osInfo/checksum/recorded': 'os_info csum',
  '/osInfo/versionMajor': 'os_info version_major',
  '/osInfo/versionMinor': 'os_info version_minor',
  '/osInfo/crashkernel/start': 'os_info crashkernel_addr',
  '/osInfo/crashkernel/end': 'os_info crashkernel_size',
  '/vmcoreinfo/address': 'vmcoreinfo text',
};

export const kdumpFacts: Oracle = {
  name: 'kdump facts',
  stated,
  answered,
  judged(pointer, facts) {
    const key = /^\/vmcoreinfo\/entries\/(.+)$/.exec(pointer)?.[1];
    return facts.has(key === undefined ? (pointers[pointer] ?? '') : `vmcoreinfo ${key}`);
  },
};
