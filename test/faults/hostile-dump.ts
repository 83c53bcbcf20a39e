/** What may come of any file whatever: answers with findings, or a DumpError, soon. */
import * as v from 'valibot';
import { isDumpError } from '../../src/shared/dump-error.ts';
import { verifySchema } from '../../src/shared/check-model.ts';
import { cpuSchema } from '../../src/shared/cpu-model.ts';
import { infoSchema } from '../../src/shared/model.ts';
import { noteSchema, osInfoSchema, regionSchema } from '../../src/shared/structure-model.ts';
import { sessionOn, type Session } from '../../src/analysis/engine/session/session.ts';
import { summarize } from '../../src/analysis/integrity/index.ts';
import type { ByteSource, FileFault } from '../../src/analysis/source/byte-source.ts';
import { answersOf, type Answers } from '../oracle/answers.ts';

/** Generous: the answers come from headers and small structures. Processor time, so that a busy machine fails nothing. */
const limitMs = 10_000;

export interface Outcome {
  readonly session: Session;
  readonly answers: Answers;
}

/** Without vitest: the fuzzers run by themselves, too. */
function failed(what: string): never {
  throw new Error(what);
}

/**
 * Opens a source and asks it everything. Undefined when it was refused with a DumpError that names the file; any other
 * error, an answer out of its schema, or one that takes too long fails the test.
 */
export async function askEverything(
  source: ByteSource & { faults?(): readonly FileFault[] },
  companions: readonly ByteSource[],
  what: string,
): Promise<Outcome | undefined> {
  const started = process.cpuUsage();
  try {
    const session = sessionOn(source, undefined, { companions: () => companions }, { faults: () => source.faults?.() ?? [] });
    const answers = await answersOf(session);
    const wrong = [
      v.safeParse(infoSchema, answers.info),
      v.safeParse(v.array(cpuSchema), answers.cpus),
      v.safeParse(v.array(noteSchema), answers.notes),
      v.safeParse(v.array(regionSchema), answers.regions),
      v.safeParse(v.optional(osInfoSchema), answers.osInfo),
      v.safeParse(verifySchema, { schema: 1, digests: {}, checks: answers.checks, summary: summarize(answers.checks) }),
    ].flatMap((parsed) => (parsed.success ? [] : [v.summarize(parsed.issues)]));
    if (wrong.length > 0) failed(`an answer is out of its schema: ${wrong.join('\n')}`);
    return { session, answers };
  } catch (error) {
    if (!isDumpError(error)) throw new Error(`${what}: ${String(error)}`, { cause: error });
    if (error.where.file === undefined) throw new Error(`${what}: the error names no file: ${error.message}`, { cause: error });
    return undefined;
  } finally {
    const { user, system } = process.cpuUsage(started);
    const took = (user + system) / 1000;
    if (took > limitMs) failed(`${what}: took ${took.toFixed(0)} ms of processor time`);
  }
}
