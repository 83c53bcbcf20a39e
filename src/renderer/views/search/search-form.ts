/** Converts the fields of the search view to a query for the engine, or gives the reason why that is not possible. */
import * as v from 'valibot';
import { defined } from '../../../shared/defined.ts';
import { ebcdicPages } from '../../../shared/ebcdic.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { pageClasses } from '../../../shared/model.ts';
import { searchEndians, searchStates, searchTypes, type SearchType } from '../../../shared/search-model.ts';
import { resolveGoTo } from '../../state/go-to.ts';
import type { SearchQuestion } from './search-run.ts';

/** Also the form saved in a session. */
const formSchema = v.strictObject({
  pattern: v.pipe(v.string(), v.maxLength(4000)),
  type: v.picklist(searchTypes),
  ignoreCase: v.boolean(),
  /** "dump": the dump's own byte order. */
  endian: v.picklist(['dump', ...searchEndians]),
  codePage: v.picklist(ebcdicPages),
  align: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** Addresses as in the go-to box; empty for the start or end of memory. */
  from: v.pipe(v.string(), v.maxLength(200)),
  to: v.pipe(v.string(), v.maxLength(200)),
  state: v.picklist(['any', ...searchStates]),
  class: v.picklist(['any', ...pageClasses]),
});
export type SearchForm = Readonly<v.InferOutput<typeof formSchema>>;

/** A saved form; undefined if it is not valid. */
export function readForm(saved: unknown): SearchForm | undefined {
  const checked = v.safeParse(formSchema, saved);
  return checked.success ? checked.output : undefined;
}

export const emptyForm: SearchForm = {
  pattern: '',
  type: 'text',
  ignoreCase: false,
  endian: 'dump',
  codePage: '1047',
  align: 1,
  from: '',
  to: '',
  state: 'any',
  class: 'any',
};

/** Maximum number of listed hits: a pattern with more hits is too general. */
export const hitLimit = 100_000;

export const typeNames: Readonly<Record<SearchType, string>> = {
  bytes: 'bytes',
  text: 'text',
  ebcdic: 'EBCDIC text',
  regex: 'regular expression',
  u32: '32-bit integer',
  u64: '64-bit integer',
};

/** Placeholder of the field for each kind of pattern. */
export const patternHints: Readonly<Record<SearchType, string>> = {
  text: 'Text as it is in memory, for example Kernel panic',
  bytes: 'Hexadecimal digits, ? for any digit: 4f53 494e ???? 5?',
  ebcdic: 'Text in EBCDIC, for example HCPDFMBK',
  regex: 'Regular expression over bytes: BUG: .* at \\w+',
  u32: 'A 32-bit integer: 0x12345678 or -1',
  u64: 'A 64-bit integer: 0x3ffe0a1b2c8',
};

export interface SearchExample {
  readonly title: string;
  readonly form: Pick<SearchForm, 'type' | 'pattern'> & Partial<SearchForm>;
}

/** Common first searches in an unknown dump. */
export const searchExamples: readonly SearchExample[] = [
  { title: 'panic messages', form: { type: 'text', pattern: 'Kernel panic' } },
  { title: 'oopses and bugs', form: { type: 'regex', pattern: '(BUG|Oops|WARNING): [ -~]{8,}' } },
  { title: 'copies of vmcoreinfo', form: { type: 'text', pattern: 'OSRELEASE=' } },
  { title: 'kernel banners, including that of a loaded kdump kernel', form: { type: 'text', pattern: 'Linux version ' } },
  { title: 'program paths', form: { type: 'regex', pattern: '/(usr|bin|sbin|opt)/[a-z0-9._/-]{4,}' } },
  { title: 'ELF files at page starts', form: { type: 'bytes', pattern: '7f45 4c46', align: 4096 } },
];
/** Searches that only apply to s390x. */
export const s390xExamples: readonly SearchExample[] = [
  { title: 'the hand-over block os_info', form: { type: 'text', pattern: 'OSINFOSZ' } },
  { title: 'console text in EBCDIC', form: { type: 'ebcdic', pattern: 'LINUX', ignoreCase: true } },
];

export const hasCase = (type: SearchType): boolean => type === 'text' || type === 'ebcdic' || type === 'regex';
export const hasOrder = (type: SearchType): boolean => type === 'u32' || type === 'u64';

function boundary(text: string, cpus: readonly CpuJson[], name: string): bigint | undefined | { readonly problem: string } {
  if (text.trim() === '') return undefined;
  const found = resolveGoTo(text, 'absolute', cpus);
  if (!found.ok) return { problem: `${name}: ${found.message}` };
  return found.position.space === 'absolute' ? found.position.address : { problem: `${name}: only absolute addresses are searched` };
}

export function searchQuestion(form: SearchForm, dump: string, cpus: readonly CpuJson[]): SearchQuestion | { readonly problem: string } {
  if (form.pattern === '') return { problem: 'Enter what to search for.' };
  const start = boundary(form.from, cpus, 'from');
  if (typeof start === 'object') return start;
  const end = boundary(form.to, cpus, 'to');
  if (typeof end === 'object') return end;
  if (start !== undefined && end !== undefined && start >= end) return { problem: 'The range is empty: its end is not after its start.' };
  return {
    dump,
    pattern: form.pattern,
    type: form.type,
    limit: hitLimit,
    ...(hasCase(form.type) && form.ignoreCase ? { ignoreCase: true } : {}),
    ...(hasOrder(form.type) && form.endian !== 'dump' ? { endian: form.endian } : {}),
    ...(form.type === 'ebcdic' ? { codePage: form.codePage } : {}),
    ...(form.align === 1 ? {} : { align: form.align }),
    ...defined({ start, end }),
    ...(form.state === 'any' ? {} : { states: [form.state] }),
    ...(form.class === 'any' ? {} : { classes: [form.class] }),
  };
}
