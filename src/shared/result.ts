/** Failure as a value: what an analysis could not learn from a dump, why, and where it looked. */
import * as v from 'valibot';
import { defined } from './defined.ts';
import { placeSchema } from './model.ts';

/** A fact that this dump does not give. */
export const missingSchema = v.strictObject({
  what: v.string(),
  why: v.string(),
  /** Place that has no bytes, or bytes that cannot be meant. */
  where: v.optional(placeSchema),
});
export type Missing = v.InferOutput<typeof missingSchema>;

export interface Failure {
  readonly missing: Missing;
}
export type Result<T> = { readonly value: T } | Failure;

export const failed = (what: string, why: string, where?: Missing['where']): Failure => ({ missing: { what, why, ...defined({ where }) } });

export const isFailure = (one: unknown): one is Failure => typeof one === 'object' && one !== null && 'missing' in one;

/** The value, where the reason for a missing one does not matter. */
export const valueOf = <T>(result: Result<T> | undefined): T | undefined => (result === undefined || isFailure(result) ? undefined : result.value);

/** The value of a result through a function; a failure stays as it is. */
export const mapResult = <T, U>(result: Result<T>, change: (value: T) => U): Result<U> => (isFailure(result) ? result : { value: change(result.value) });
