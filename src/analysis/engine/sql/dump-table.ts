/** A table of the dump itself: function of SQL whose rows come as they are asked for, from what was read before the query started. */
import type { SqlTableJson } from '../../../shared/sql-protocol.ts';
import type { MissingFacts } from '../../kernel/analyses/analysis-cells.ts';
import type { Session } from '../session/session.ts';

/**
 * @param missing takes what rows or cells cannot be had
 * @param given the arguments, in the order of the declared parameters
 */
export type RowsOfTable = (missing: MissingFacts, given: readonly unknown[]) => Iterable<readonly unknown[]>;

export interface DumpTable {
  /** As completion and reference show it. */
  readonly json: SqlTableJson;
  /**
   * SQLite does not wait: what rows are made from is read first.
   * @throws Cancelled
   */
  readonly open: (session: Session, signal: AbortSignal) => Promise<RowsOfTable>;
}
