/** A figure of the benchmark, whichever part measured it. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it should be, and whether more or less of it is better. */
  readonly target?: { readonly least: number } | { readonly most: number };
  /** What limits it, or what it is made of. */
  readonly note?: string;
}
