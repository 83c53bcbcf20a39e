/** One change of a base input. Plain JSON, so that a case can be kept, read, and made smaller. */
import * as v from 'valibot';
import { count } from '../../src/shared/json-values.ts';

const hex = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})*$/));
const path = v.array(v.union([v.string(), count]));

/** Changes of bytes; places beyond the end do nothing, as an earlier change may have shortened the input. */
const byteStepSchema = v.variant('do', [
  v.strictObject({ do: v.literal('set'), at: count, hex }),
  v.strictObject({ do: v.literal('insert'), at: count, hex }),
  v.strictObject({ do: v.literal('remove'), at: count, bytes: count }),
  v.strictObject({ do: v.literal('cut'), at: count }),
  /** The bytes once more, after themselves. */
  v.strictObject({ do: v.literal('repeat'), at: count, bytes: count, times: count }),
  /** Exchanges two neighbouring ranges: records in another order. */
  v.strictObject({ do: v.literal('swap'), at: count, bytes: count, next: count }),
  /** Overwrites with bytes of another base. */
  v.strictObject({ do: v.literal('splice'), at: count, base: v.string(), from: count, bytes: count }),
]);

/** Changes of a document, which is written as JSON after them. */
const documentStepSchema = v.variant('do', [
  v.strictObject({ do: v.literal('put'), path, value: v.unknown() }),
  v.strictObject({ do: v.literal('drop'), path }),
  /** A member of a list, that many times more. */
  v.strictObject({ do: v.literal('double'), path, times: count }),
]);

/** A call of an engine's method; `params` is written with `encoded`. */
const callStepSchema = v.strictObject({ do: v.literal('call'), method: v.string(), params: v.unknown() });

export const stepSchema = v.union([byteStepSchema, documentStepSchema, callStepSchema]);
export type ByteStep = v.InferOutput<typeof byteStepSchema>;
export type DocumentStep = v.InferOutput<typeof documentStepSchema>;
export type CallStep = v.InferOutput<typeof callStepSchema>;
export type Step = v.InferOutput<typeof stepSchema>;
