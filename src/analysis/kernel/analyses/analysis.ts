/**
 * An analysis: a declared table (shared/analysis-table.ts) and the generator of its rows. It reads the kernel without waiting, and yields a row, a
 * fact that is missing, or a pause where it worked without finding anything; whoever runs it gives way to others between two of them.
 */
import type { VirtualAddress } from '../../../shared/units.ts';
import type {
  AnalysisDrawing,
  AnalysisNeed,
  AnalysisTable,
  ColumnJson,
  ColumnSpace,
  ColumnType,
  ParameterJson,
  ParameterType,
} from '../../../shared/analysis-table.ts';
import { defined } from '../../../shared/defined.ts';
import type { Failure, Result } from '../../../shared/result.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { AnalysisKernel } from './analysis-kernel.ts';

/** What a cell is made from. */
interface CellValues {
  readonly address: VirtualAddress;
  /** Bytes in the order of memory, or flags and masks as a number. */
  readonly hex: bigint | Uint8Array;
  readonly count: number | bigint;
  readonly bytes: number | bigint;
  readonly size: number | bigint;
  /** Seconds. */
  readonly duration: number;
  /** ISO 8601 UTC. */
  readonly time: string;
  readonly pid: number;
  readonly cpu: number;
  readonly symbol: string;
  readonly text: string;
  readonly flag: boolean;
}
export type CellValue<T extends ColumnType = ColumnType> = CellValues[T];

/** What a parameter is given as: a time in microseconds since 1970, seconds of a clock with all digits that were typed. */
type ParameterValue<T extends ParameterType> = T extends 'time' ? bigint : T extends 'duration' ? string : CellValue<T>;

export interface Column<T extends ColumnType = ColumnType> {
  readonly type: T;
  readonly about: string;
  /** Of an address that is not a virtual one of the kernel. */
  readonly space?: ColumnSpace;
  /** Its texts are chosen from Dumpbench's own, and nothing of a dump is in them: redaction leaves them alone. */
  readonly own?: true;
}
export type Columns = Readonly<Record<string, Column>>;

export interface Parameter<T extends ParameterType = ParameterType, R extends boolean = boolean> {
  readonly type: T;
  readonly about: string;
  readonly required: R;
  readonly choices?: readonly string[];
}
export type Parameters = Readonly<Record<string, Parameter>>;

/** A cell may be left out; one that could not be read is left out too, and is among what is missing. */
export type Row<C extends Columns> = { readonly [K in keyof C]?: CellValue<C[K]['type']> | Result<CellValue<C[K]['type']>> | undefined };

export type ParameterValues<P extends Parameters> = {
  readonly [K in keyof P]: P[K]['required'] extends true ? ParameterValue<P[K]['type']> : ParameterValue<P[K]['type']> | undefined;
};

/** What a generator yields where it has worked for a while without finding anything. */
export const pause = { pause: true } as const;
/** Work in steps as part of an analysis. */
export function* pausing<T>(steps: Steps<T>): Generator<typeof pause, T, undefined> {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    yield pause;
  }
}

/** A note says what the rows amount to, in a sentence; the last one counts. */
export type Step<R> = { readonly row: R } | { readonly note: string } | Failure | typeof pause;

export interface AnalysisDefinition<C extends Columns, P extends Parameters> {
  /** Lower case, parts joined by hyphens; never changed once published. */
  readonly id: string;
  readonly title: string;
  /** One or two sentences: what a row is, and where the kernel keeps it. */
  readonly about: string;
  /** Without these it has no rows. */
  readonly needs: readonly AnalysisNeed[];
  /** These are looked for too; where they are not found, columns are empty. */
  readonly uses?: readonly AnalysisNeed[];
  readonly parameters?: P;
  readonly columns: C;
  /** Columns that tell a row from the others, and that name the same thing in another dump of the same system. */
  readonly key: readonly (keyof C & string)[];
  readonly grouping?: readonly (keyof C & string)[];
  /** How the rows of two dumps are compared (shared/analysis-table.ts). */
  readonly comparing?: Comparing<keyof C & string>;
  /** What doors that can draw make of its rows. */
  readonly drawing?: AnalysisDrawing;
  run(kernel: AnalysisKernel, parameters: ParameterValues<P>): Generator<Step<Row<C>>, void>;
}

interface Comparing<N extends string> {
  readonly elsewhere?: readonly (readonly N[])[];
  readonly weight?: N;
  readonly first?: { readonly column: N; readonly values: readonly string[] };
  readonly passing?: readonly N[];
  readonly sums?: readonly N[];
}

const comparingJson = ({ elsewhere, weight, first, passing, sums }: Comparing<string>): NonNullable<AnalysisTable['comparing']> => ({
  ...(elsewhere === undefined ? {} : { elsewhere: elsewhere.map((columns) => [...columns]) }),
  ...defined({ weight }),
  ...(first === undefined ? {} : { first: { column: first.column, values: [...first.values] } }),
  ...(passing === undefined ? {} : { passing: [...passing] }),
  ...(sums === undefined ? {} : { sums: [...sums] }),
});

/** An analysis as the registry holds it. */
export interface Analysis {
  readonly table: AnalysisTable;
  /** Names of the columns whose texts are Dumpbench's own. */
  readonly ownTexts: ReadonlySet<string>;
  /** @param parameters checked against the declaration */
  run(kernel: AnalysisKernel, parameters: Readonly<Record<string, CellValue | undefined>>): Generator<Step<Row<Columns>>, void>;
}

const column =
  <T extends ColumnType>(type: T) =>
  (about: string): Column<T> => ({ type, about });

/** Columns by their type, each with a sentence on what it holds. */
/** @param space of what it is an address, where it is not a virtual one of the kernel */
export const address = (about: string, space?: ColumnSpace): Column<'address'> => ({ type: 'address', about, ...defined({ space }) });
export const hexadecimal = column('hex');
export const count = column('count');
export const bytes = column('bytes');
/** @public For analyses to come. */
export const size = column('size');
export const duration = column('duration');
/** @public For analyses to come. */
export const time = column('time');
export const pid = column('pid');
export const cpu = column('cpu');
export const symbol = column('symbol');
export const text = column('text');
/** A text that is one of Dumpbench's own, such as a role or a threshold: no name of the dump is ever in it. */
export const ownText = (about: string): Column<'text'> => ({ type: 'text', about, own: true });
export const flag = column('flag');

export const required = <T extends ParameterType>(type: T, about: string): Parameter<T, true> => ({ type, about, required: true });
export const optional = <T extends ParameterType>(type: T, about: string, choices?: readonly string[]): Parameter<T, false> => ({
  type,
  about,
  required: false,
  ...defined({ choices }),
});

const columnJson = ([name, { type, about, space }]: readonly [string, Column]): ColumnJson => ({
  name,
  type,
  about,
  ...defined({ space }),
});

const parameterJson = ([name, one]: readonly [string, Parameter]): ParameterJson => ({
  name,
  type: one.type,
  about: one.about,
  ...(one.required ? { required: true } : {}),
  ...(one.choices === undefined ? {} : { choices: [...one.choices] }),
});

/** Declares an analysis. Columns and parameters keep the order in which they are written. */
export function defineAnalysis<C extends Columns, P extends Parameters = Readonly<Record<string, never>>>(definition: AnalysisDefinition<C, P>): Analysis {
  const { id, title, about, needs, uses = [], key, grouping, comparing, drawing } = definition;
  return {
    table: {
      id,
      title,
      about,
      needs: [...needs],
      uses: [...uses],
      parameters: Object.entries(definition.parameters ?? {}).map(parameterJson),
      columns: Object.entries(definition.columns).map(columnJson),
      key: [...key],
      ...(grouping === undefined ? {} : { grouping: [...grouping] }),
      ...(comparing === undefined ? {} : { comparing: comparingJson(comparing) }),
      ...defined({ drawing }),
    },
    ownTexts: new Set(Object.entries(definition.columns).flatMap(([name, { own }]) => (own === true ? [name] : []))),
    run: (kernel, parameters) => definition.run(kernel, parameters as ParameterValues<P>),
  };
}
