/** How columns come out of the database, for the shapes of rows that statements declare. */
import * as v from 'valibot';

/** The driver gives a bigint as text; the numbers of rows and the sizes of dumps are far below 2^53. */
export const bigintNumber = v.pipe(v.string(), v.transform(Number));

/** timestamptz as ISO 8601. */
export const isoText = v.pipe(
  v.date(),
  v.transform((date) => date.toISOString()),
);

/** When the system of a row of `dump` crashed, else when it was dumped; null where the dump says neither. */
export const endedTime = 'coalesce(dump.crashed, dump.dumped)';
