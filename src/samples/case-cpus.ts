import { defined } from '../shared/defined.ts';
import { given, valueOf, type CaseArguments } from './case-arguments.ts';
import type { CaseDraft } from './case-draft.ts';
import { parseNumber, type Word } from './case-words.ts';
import { namedCpu } from './named-registers.ts';
import { architectedFields, isLowcoreField, lowcoreKernels, writeLowcore, writeSaveArea, type LowcoreValues } from './s390x-lowcore.ts';
import { s390xCpu, type Psw, type S390xCpuOptions } from './system.ts';

/** `MASK:ADDRESS`; a part may be a text of 8 characters: psw="psw mask:psw addr". */
function pswOf(word: Word): Psw {
  const [mask = '', address = ''] = word.text.split(':');
  const part = (text: string): bigint => (word.quoted ? valueOf({ ...word, text }, 8, 'big') : parseNumber(text));
  return { mask: part(mask), address: part(address) };
}

/** One CPU: adds it to the dump and stores its status at its prefix, unless `unstored`. */
export function cpuStatement(draft: CaseDraft, values: CaseArguments): void {
  if (draft.arch === 's390x') s390xStatement(draft, values);
  else namedStatement(draft, values);
}

function namedStatement(draft: CaseDraft, values: CaseArguments): void {
  const arch = draft.namedArch();
  const pid = values.keyedSafe('pid');
  const registers: Record<string, bigint> = {};
  for (const key of values.keys()) {
    const word = values.keyed(key);
    if (word !== undefined) registers[key] = valueOf(word, 8, 'little');
  }
  draft.cpus.push(namedCpu(arch, { linuxCpu: draft.cpus.length, registers, ...defined({ pid }) }));
}

const comparatorForms = ['shifted', 'low-56-bits', 'full'] as const;

function s390xStatement(draft: CaseDraft, values: CaseArguments): void {
  const index = draft.cpus.length;
  const linuxCpu = values.keyedSafe('number') ?? index;
  const cpuAddress = values.keyedSafe('address') ?? linuxCpu;
  const prefix = values.keyedSafe('prefix') ?? 0x8000 + index * 0x2000;
  const psw = values.keyed('psw');
  const fpc = values.keyed('fpc');
  const timer = values.keyed('timer');
  const clockComparator = values.keyed('todcmp');
  const todProgrammable = values.keyed('todp');
  const breaking = values.keyed('break');
  const comparatorForm = values.keyedChoice('comparator', comparatorForms);
  const kernel = values.keyedChoice('kernel', lowcoreKernels) ?? '6.1';
  const stored = !values.flag('unstored');
  const files = { r: {}, a: {}, cr: {}, f: {} } as Record<'r' | 'a' | 'cr' | 'f', Record<number, bigint>>;
  const lowcore: [keyof LowcoreValues, bigint][] = [];
  const architected: [keyof typeof architectedFields, bigint][] = [];
  for (const key of values.keys()) {
    const [, letters = '', digits = ''] = /^(r|a|cr|f)(\d|1[0-5])$/.exec(key) ?? [];
    const word = values.keyed(key);
    if (word === undefined) continue;
    if (letters in files) files[letters as 'r'][Number(digits)] = valueOf(word, letters === 'a' ? 4 : 8, 'big');
    else if (key in architectedFields) architected.push([key as keyof typeof architectedFields, parseNumber(word.text)]);
    else if (isLowcoreField(key)) lowcore.push([key, parseNumber(word.text)]);
    else throw new Error(`"${key}" is neither a register nor a lowcore field`);
  }
  const options: S390xCpuOptions = {
    linuxCpu,
    cpuAddress,
    prefix,
    gprs: files.r,
    acrs: files.a,
    crs: files.cr,
    fprs: files.f,
    ...given<S390xCpuOptions>({
      psw: psw === undefined ? undefined : pswOf(psw),
      fpc: fpc === undefined ? undefined : Number(valueOf(fpc, 4, 'big')),
      timer: timer === undefined ? undefined : valueOf(timer, 8, 'big'),
      clockComparator: clockComparator === undefined ? undefined : valueOf(clockComparator, 8, 'big'),
      todProgrammable: todProgrammable === undefined ? undefined : Number(valueOf(todProgrammable, 4, 'big')),
      breakingEventAddress: breaking === undefined ? undefined : valueOf(breaking, 8, 'big'),
      comparatorForm,
    }),
  };
  const cpu = s390xCpu(options);
  draft.cpus.push(cpu);
  draft.touched = true;
  if (prefix + 0x2000 > draft.memory.size) return;
  if (stored) writeSaveArea(draft.memory, prefix, cpu);
  writeLowcore(draft.memory, prefix, { kernel, linux: Object.fromEntries(lowcore), architected: Object.fromEntries(architected) });
}
