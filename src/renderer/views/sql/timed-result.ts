/** The result of a query, with the time that it took. */
import type { SqlJson } from '../../../shared/memory-model.ts';

export interface TimedResult {
  readonly result: SqlJson;
  readonly seconds: number;
}
