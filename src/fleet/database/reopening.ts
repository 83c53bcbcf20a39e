/**
 * An embedded catalogue that is reached through another process. When that one is gone, what is under way fails as with a server that restarts, and what
 * comes next opens the catalogue anew: it may be ours then, or that of a third process.
 */
import { FleetError } from '../fleet-error.ts';
import type { Database } from './database.ts';

export interface Attached {
  readonly database: Database;
  /** This process has the catalogue open, and nobody else can. */
  readonly isOwner: boolean;
}

/** @param attach as it was attached the first time */
export function reopening(first: Attached, attach: () => Promise<Attached>): Database {
  let current: Promise<Attached> | undefined = Promise.resolve(first);

  /** @param told turns errors into those of the fleet, if they are not yet */
  async function onCurrent<T>(work: (database: Database) => Promise<T>, told: (error: unknown) => unknown = (error) => error): Promise<T> {
    current ??= attach();
    const asked = current;
    const giveUp = (): void => {
      if (current === asked) current = undefined;
    };
    const attached = await asked.catch((error: unknown) => {
      giveUp();
      throw error;
    });
    try {
      return await work(attached.database);
    } catch (error) {
      const problem = told(error);
      // Its remaining connections end by themselves, and may still be in use by others.
      if (problem instanceof FleetError && problem.problem === 'unreachable' && !attached.isOwner) giveUp();
      throw error;
    }
  }
  return {
    kind: first.database.kind,
    place: first.database.place,
    told: (error) => first.database.told(error),
    rows: (shape, text, values) => onCurrent((database) => database.rows(shape, text, values)),
    run: (text, values) => onCurrent((database) => database.run(text, values)),
    table: (text) => onCurrent((database) => database.table(text)),
    transaction: (work, mode) => onCurrent((database) => database.transaction(work, mode)),
    queue: {
      executeSql: (text, values) =>
        onCurrent(
          (database) => database.queue.executeSql(text, values),
          (error) => first.database.told(error),
        ),
    },
    async close() {
      const attached = await current?.catch(() => undefined);
      await attached?.database.close();
    },
  };
}
