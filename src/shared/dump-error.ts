/**
 * What a dump can do wrong. Everything that input can cause is a DumpError or a Finding; any other Error is our own bug.
 */
import { choicesText, type SeveralDumpsJson } from './dump-choice.ts';
import type { ForeignKind } from './foreign-kind.ts';
import type { Remedy } from './remedy.ts';

export type DumpErrorKind = 'not-this-format' | 'truncated' | 'corrupt' | 'unsupported' | 'io' | 'absent';

export interface ErrorPlace {
  /** The file as the user named it. */
  readonly file?: string;
  /** Byte position in that file. */
  readonly offset?: number;
  /** Memory address where the place is not a file position. */
  readonly address?: bigint;
}

export class DumpError extends Error {
  readonly kind: DumpErrorKind;
  readonly where: ErrorPlace;
  readonly what: string;
  readonly expected: string | undefined;
  /** What a person can do about it; the door words it. */
  readonly remedy: Remedy | undefined;

  /**
   * @param kind what sort of trouble
   * @param where file and offset, or memory address
   * @param what what was found, in plain words
   * @param expected what should have been there
   * @param remedy what a person can do
   */
  constructor(kind: DumpErrorKind, where: ErrorPlace, what: string, expected?: string, remedy?: Remedy) {
    super(describe(where, what, expected));
    this.name = 'DumpError';
    this.kind = kind;
    this.where = where;
    this.what = what;
    this.expected = expected;
    this.remedy = remedy;
  }
}

/** A file that is recognised, but is not a Linux kernel dump that can be opened. */
export class ForeignFile extends DumpError {
  readonly foreign: ForeignKind;

  constructor(where: ErrorPlace, foreign: ForeignKind) {
    super('unsupported', where, `not a kernel dump that Dumpbench opens: ${foreign.name}. What helps: ${foreign.wayOut}`);
    this.name = 'ForeignFile';
    this.foreign = foreign;
  }
}

/** Several dumps in an archive or on a disk: a person has to say which. */
export class SeveralDumps extends DumpError {
  readonly several: SeveralDumpsJson;

  constructor(where: ErrorPlace, several: SeveralDumpsJson) {
    const { holder, choices } = several;
    const example = `${where.file ?? 'FILE'}!${choices[0]?.member ?? 'NAME'}`;
    super('unsupported', where, `${holder} with ${choices.length} dumps: ${choicesText(choices)}`, `the name of one of them, as in ${example}`);
    this.name = 'SeveralDumps';
    this.several = several;
  }
}

function describe(where: ErrorPlace, what: string, expected: string | undefined): string {
  const place = [
    where.file,
    where.offset === undefined ? undefined : `offset 0x${where.offset.toString(16)}`,
    where.address === undefined ? undefined : `address 0x${where.address.toString(16)}`,
  ].filter((part) => part !== undefined);
  const head = place.length === 0 ? '' : `${place.join(', ')}: `;
  return `${head}${what}${expected === undefined ? '' : ` (expected ${expected})`}`;
}

export const isDumpError = (error: unknown): error is DumpError => error instanceof DumpError;
