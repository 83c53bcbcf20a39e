/** Queue "verify": all integrity checks of a dump, including those that read all of it. */
import { plural } from '../../shared/count-text.ts';
import { SeveralDumps } from '../../shared/dump-error.ts';
import { placeOf } from '../catalogue/places.ts';
import {
  countVerificationCrash,
  enterVerification,
  failVerification,
  isVerificationQueued,
  noteVerificationProblem,
  type Verified,
} from '../catalogue/verifications.ts';
import type { JobOf } from '../queue/queues.ts';
import { onDump, Refused } from './open-place.ts';
import { crashTitles, poisonTries, type Task, type Tools } from './task.ts';

export async function verifyTask({ database, settings }: Tools, { place: id }: JobOf<'verify'>): Promise<Task | undefined> {
  const place = await placeOf(database, id);
  if (place === undefined || !(await isVerificationQueued(database, id))) return undefined;
  const { path, stamp } = place;
  return {
    path,
    async run(engine, signal) {
      let verified: Verified;
      try {
        verified = await onDump(place, engine, signal, true, async ({ client, dump, onProgress }) => {
          const answer = await client.call('verify', { dump, quick: false }, { signal, onProgress });
          const { dumpKey } = await client.call('dumpKey', { dump }, { signal });
          return { dumpKey, stamp, answer };
        });
      } catch (error) {
        if (!(error instanceof Refused || error instanceof SeveralDumps)) throw error;
        return async (sql) => {
          await failVerification(sql, id, error.message);
          return { path, outcome: 'refused', text: error.message };
        };
      }
      return async (sql) => {
        await enterVerification(sql, id, verified, settings.texts);
        const { passed, failed } = verified.answer.summary;
        return { path, outcome: 'verified', text: `${plural(passed, 'check')} passed, ${failed} failed` };
      };
    },
    async crashed(sql, { kind, message }) {
      const isLast = (await countVerificationCrash(sql, id, message)) >= poisonTries;
      if (isLast) await failVerification(sql, id, `${crashTitles[kind]}: ${message}`);
      return isLast;
    },
    gaveUp: (sql, why) => failVerification(sql, id, why),
    troubled: (sql, why) => noteVerificationProblem(sql, id, why),
  };
}
