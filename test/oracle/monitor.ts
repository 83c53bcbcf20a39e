/** Registers as QEMU's monitor printed them just before it wrote the dump (`info registers -a`). */
import type { Answers } from './answers.ts';
import type { Facts } from './facts.ts';
import type { Oracle } from './oracle-suite.ts';

type Value = string | number | boolean;

const hexOf = (digits: string): string => `0x${BigInt(`0x${digits}`).toString(16)}`;

/** Letters of the s390x register files -> ours. */
const files: Readonly<Record<string, string>> = { R: 'r', V: 'v', C: 'c' };
const x86Names: Readonly<Record<string, string>> = { RFL: 'eflags' };
const segment = /^(ES|CS|SS|DS|FS|GS|LDT|TR) ?=([0-9a-f]{4}) ([0-9a-f]{16}) ([0-9a-f]{8}) ([0-9a-f]{8})/;
const table = /^(GDT|IDT)= +([0-9a-f]{16}) ([0-9a-f]{8})/;

function stated(text: string): Facts {
  const facts = new Map<string, Value>();
  const isS390x = text.includes('PSW=mask');
  let cpu = -1;
  for (const line of text.split(/\r?\n/)) {
    const start = /^CPU#(\d+)/.exec(line);
    if (start !== null) cpu = Number(start[1]);
    const set = (name: string, digits: string): unknown => facts.set(`cpu ${cpu} ${name}`, hexOf(digits));
    const psw = /^PSW=mask ([0-9a-f]{16}) addr ([0-9a-f]{16})/.exec(line);
    if (psw?.[1] !== undefined && psw[2] !== undefined) {
      set('psw mask', psw[1]);
      set('psw address', psw[2]);
      continue;
    }
    const described = segment.exec(line);
    if (described !== null) {
      const [, name = '', selector = '', base = '', limit = '', flags = ''] = described;
      set(`${name.toLowerCase()}.selector`, selector);
      set(`${name.toLowerCase()}.base`, base);
      set(`${name.toLowerCase()}.limit`, limit);
      set(`${name.toLowerCase()}.flags`, flags);
      continue;
    }
    const descriptor = table.exec(line);
    if (descriptor !== null) {
      set(`${(descriptor[1] ?? '').toLowerCase()}.base`, descriptor[2] ?? '0');
      set(`${(descriptor[1] ?? '').toLowerCase()}.limit`, descriptor[3] ?? '0');
      continue;
    }
    if (isS390x)
      for (const [, letter = '', number = '', digits = ''] of line.matchAll(/\b([RVC])(\d\d)=([0-9a-f]{16,32})\b/g))
        set(`${files[letter] ?? letter}${Number(number)}`, digits);
    else
      for (const [, name = '', digits = ''] of line.matchAll(/\b(R[A-Z]{2}|R\d{1,2}|CR[0-4]) ?=([0-9a-f]{8,16})\b/g))
        set(x86Names[name] ?? name.toLowerCase(), digits);
  }
  return facts;
}

function answered({ cpus, notes }: Answers): Facts {
  const facts = new Map<string, Value>();
  // QEMU's own notes come in the order of the CPUs, but after the PRSTATUS of all of them.
  const states = notes.filter(({ name }) => name === 'QEMU CPU state');
  for (const cpu of cpus) {
    const set = (name: string, value: Value | undefined): void => {
      if (value !== undefined) facts.set(`cpu ${cpu.id} ${name}`, value);
    };
    set('psw mask', cpu.psw?.mask);
    set('psw address', cpu.psw?.address);
    cpu.gprs?.forEach((value, index) => {
      set(`r${index}`, value);
    });
    cpu.crs?.forEach((value, index) => {
      set(`c${index}`, value);
    });
    cpu.vxrs?.forEach((value, index) => {
      set(`v${index}`, value);
    });
    // The monitor leaves the low byte of the descriptor flags out.
    for (const { name, value } of states[cpu.id]?.fields ?? [])
      set(name, name.endsWith('.flags') ? `0x${(BigInt(value ?? 0) & 0xffff00n).toString(16)}` : value);
    for (const [name, value] of Object.entries(cpu.registers ?? {})) set(name, value);
  }
  return facts;
}

export const monitor: Oracle = {
  name: 'QEMU monitor',
  stated,
  answered,
  judged(pointer, facts) {
    const cpu = /^\/cpus\/(\d+)\/(?:psw\/(mask|address)|(gprs|crs|vxrs)\/(\d+)|registers\/(\w+))$/.exec(pointer);
    if (cpu === null) return false;
    const [, id = '', psw, file, number = '', register] = cpu;
    const letters: Readonly<Record<string, string>> = { gprs: 'r', crs: 'c', vxrs: 'v' };
    const name = psw !== undefined ? `psw ${psw}` : file !== undefined ? `${letters[file] ?? ''}${number}` : (register ?? '');
    return facts.has(`cpu ${id} ${name}`);
  },
};
