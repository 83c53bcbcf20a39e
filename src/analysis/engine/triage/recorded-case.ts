/** What the report in an evidence capsule says of the dump that it was made from: the pages of a capsule alone do not show what happened. */
import * as v from 'valibot';
import { healthSchema } from '../../../shared/check-model.ts';
import { defined } from '../../../shared/defined.ts';
import { isDumpError } from '../../../shared/dump-error.ts';
import type { RecordedCaseJson } from '../../../shared/triage-model.ts';
import { verdictSchema } from '../../../shared/verdict-model.ts';
import { caseMember, membersOf } from '../../formats/dumpcase-layout.ts';
import { readExactly } from '../../source/byte-source.ts';
import type { Session } from '../session/session.ts';

/** Reports of thousands of rows have a few MiB. */
const mostReportBytes = 64 << 20;

/** The report of another version may have more members. */
const recordedSchema = v.object({ fileName: v.string(), verdict: v.object(verdictSchema.entries), reason: v.optional(v.string()), health: healthSchema });

/** Undefined for what is no capsule. Neither signature nor digests are checked. */
export function recordedCase({ image: { format, source } }: Session): RecordedCaseJson | undefined {
  if (format !== 'capsule') return undefined;
  const name = caseMember.reportJson;
  const member = membersOf(source).find((one) => one.name === name);
  if (member === undefined) return { why: `the capsule has no ${name}` };
  if (member.bytes > mostReportBytes) return { why: `${name} has ${member.bytes} bytes, more than the ${mostReportBytes} that are read of it` };
  try {
    const parsed = v.safeParse(recordedSchema, JSON.parse(Buffer.from(readExactly(source, member.offset, member.bytes, name)).toString('utf8')));
    if (!parsed.success) return { why: `${name} does not have the expected form: ${v.summarize(parsed.issues)}` };
    const { fileName, verdict, reason, health } = parsed.output;
    return { fileName, verdict, health, ...defined({ reason }) };
  } catch (error) {
    if (error instanceof SyntaxError) return { why: `${name} is not JSON` };
    if (isDumpError(error)) return { why: error.what };
    throw error;
  }
}
