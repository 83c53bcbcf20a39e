import { append } from '../shared/append.ts';
import { defined } from '../shared/defined.ts';
import { appendEdit, patchEdit, truncateEdit, type CaseDraft, type RangeKind } from './case-draft.ts';
import { safeNumber, type CaseArguments } from './case-arguments.ts';
import { cpuStatement } from './case-cpus.ts';
import { memoryStatements } from './case-memory.ts';
import { damageStatement, systemStatement } from './case-system.ts';
import { parseHex, parseNumber, type Word } from './case-words.ts';
import { ascii } from './byte-writer.ts';
import type { UtsNames } from './system.ts';

/** Carries one statement out on the draft. Throws Error for what it cannot understand. */
export type Statement = (draft: CaseDraft, values: CaseArguments) => void;

/** `file:0x18` or `volume-1:0x18`; a bare position means the only file. */
function filePosition(text: string): { readonly name: string; readonly position: number } {
  const [, name = 'file', position = ''] = /^(?:([^:]+):)?([^:]+)$/.exec(text) ?? [];
  return { name, position: safeNumber(parseNumber(position), 'position') };
}

/** Hexadecimal bytes, or one quoted text. */
function bytesOf(words: readonly Word[]): Uint8Array {
  const [first] = words;
  if (first === undefined) throw new Error('there are no bytes');
  return first.quoted && words.length === 1 ? ascii(first.text) : parseHex(words);
}

const formatStatement: Statement = (draft, values) => {
  if (draft.format !== undefined) throw new Error('there is already a "format" statement');
  const name = values.word('format').text;
  draft.format = { name, options: new Map(values.keys().map((key) => [key, values.keyedText(key) ?? ''])) };
};

const utsStatement: Statement = (draft, values) => {
  const fields = ['sysname', 'nodename', 'release', 'version', 'machine', 'domainname'] as const;
  const changes: Partial<Record<keyof UtsNames, string>> = {};
  for (const field of fields) {
    const text = values.keyedText(field);
    if (text !== undefined) changes[field] = text;
  }
  draft.uts = { ...draft.uts, ...changes };
};

const loadStatement: Statement = (draft, values) => {
  const address = values.safe('address');
  const size = values.safe('size');
  const fileSize = values.keyedSafe('file');
  const virtual = values.keyedNumber('virtual');
  draft.loads.push({
    address,
    size,
    ...defined({ fileSize, virtual }),
    ...(values.flag('not-stored') ? { notStored: true } : {}),
  });
};

const rangeStatement =
  (kind: RangeKind): Statement =>
  (draft, values) => {
    draft.ranges.push({ kind, start: values.safe('address'), size: values.safe('size') });
  };

/** Every statement by its name; README.md has a few lines on each. */
export const caseStatements: ReadonlyMap<string, Statement> = new Map<string, Statement>([
  ['format', formatStatement],
  [
    'header',
    (draft, values) => {
      for (const key of values.keys()) draft.header.set(key, values.keyedNumber(key) ?? 0n);
    },
  ],
  ['cpu', cpuStatement],
  ['system', systemStatement],
  ['damage', damageStatement],
  ['uts', utsStatement],
  [
    'vmcoreinfo',
    (draft, values) => {
      append(
        draft.vmcoreinfoLines,
        values.rest().map(({ text }) => text),
      );
    },
  ],
  [
    'time',
    (draft, values) => {
      draft.dumpTime = values.safe('seconds since 1970');
    },
  ],
  ['load', loadStatement],
  [
    'note',
    (draft, values) => {
      const owner = values.word('owner').text;
      draft.notes.push({ owner, type: values.safe('type'), descriptor: bytesOf(values.rest()) });
    },
  ],
  ['hole', rangeStatement('hole')],
  ['exclude', rangeStatement('exclude')],
  ['lost', rangeStatement('lost')],
  ['segment', rangeStatement('segment')],
  [
    'patch',
    (draft, values) => {
      const { name, position } = filePosition(values.word('position').text);
      draft.edits.push(patchEdit(name, position, bytesOf(values.rest())));
    },
  ],
  [
    'truncate',
    (draft, values) => {
      const { name, position } = filePosition(values.word('size').text);
      draft.edits.push(truncateEdit(name, position));
    },
  ],
  [
    'append',
    (draft, values) => {
      const name = values.keyedText('file') ?? 'file';
      draft.edits.push(appendEdit(name, bytesOf(values.rest())));
    },
  ],
  ...memoryStatements,
]);
