/** What we say of a dump that a case text describes. */
import { isDumpError } from '../src/shared/dump-error.ts';
import { type VerifyJson } from '../src/shared/check-model.ts';
import { schemaVersion } from '../src/shared/model.ts';
import { cpuNumbering } from '../src/shared/cpu-registers.ts';
import { sessionOn, type Session } from '../src/analysis/engine/session/session.ts';
import { describeRegionsWithKernel } from '../src/analysis/engine/machine/kernel-image.ts';
import { machineCpus } from '../src/analysis/engine/machine/machine-cpus.ts';
import { describeNotes } from '../src/analysis/engine/machine/notes.ts';
import { describeOsInfo } from '../src/analysis/engine/machine/osinfo.ts';
import { describeVmcoreinfo } from '../src/analysis/engine/kernel/vmcoreinfo.ts';
import { describeDump } from '../src/analysis/engine/triage/info.ts';
import { toolVersion } from '../src/analysis/engine/tool.ts';
import { checkSession } from '../src/analysis/engine/integrity/check-session.ts';
import { triage } from '../src/analysis/engine/triage/triage.ts';
import { checks, summarize } from '../src/analysis/integrity/index.ts';
import { memorySource } from '../src/analysis/source/memory-source.ts';
import { buildCaseFiles } from '../src/samples/case-text.ts';

const never = new AbortController().signal;

/** What the first screen says on top of `info`, `cpus` and the checks. */
async function judgement(session: Session): Promise<unknown> {
  const { info: _info, cpus: _cpus, checks: _checks, health: _health, ...rest } = await triage(session, never);
  return rest;
}

async function verify(session: Session): Promise<VerifyJson> {
  const checks = await checkSession(session, 'scan', never);
  return { schema: schemaVersion, digests: {}, checks, summary: summarize(checks) };
}

const kinds: Readonly<Record<string, (session: Session) => unknown>> = {
  info: describeDump,
  triage: judgement,
  notes: describeNotes,
  cpus(session) {
    const { cpus } = machineCpus(session);
    return { schema: schemaVersion, cpus, numbering: cpuNumbering(cpus) };
  },
  regions: (session) => describeRegionsWithKernel(session),
  vmcoreinfo: describeVmcoreinfo,
  osinfo: (session) => describeOsInfo(session, never),
  verify,
  // One check alone, so that a new check does not change every case.
  // A check of how a dump lies on disk has none in a case, which lies in memory.
  ...Object.fromEntries(
    checks
      .filter(({ concerns }) => concerns === undefined)
      .map(({ id }) => [`check:${id}`, async (session: Session) => (await verify(session)).checks.find((one) => one.id === id)]),
  ),
};
export const answerKinds = Object.keys(kinds);

/** A refusal as part of an answer. */
async function orRefusal(ask: () => unknown): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (!isDumpError(error)) throw error;
    const { offset, address } = error.where;
    return {
      refused: error.kind,
      message: error.message,
      ...(offset === undefined ? {} : { offset }),
      ...(address === undefined ? {} : { address: `0x${address.toString(16)}` }),
    };
  }
}

/** Opens the first file of a case; the others of a set are its companions. */
export function caseSession(name: string, text: string): Session {
  const files = [...buildCaseFiles(text)].map(([file, bytes]) => memorySource(file === 'dump' ? name : file, bytes));
  const [first] = files;
  if (first === undefined) throw new Error(`${name} describes no file`);
  return sessionOn(first, undefined, { companions: () => files.slice(1) });
}

/** The answers that the case's `# golden:` line names, without what changes with every release. */
export async function caseAnswers(name: string, text: string): Promise<unknown> {
  const wanted = /^# golden: (.+)$/m.exec(text)?.[1]?.split(' ') ?? [];
  const unknown = wanted.filter((kind) => !answerKinds.includes(kind));
  if (wanted.length === 0 || unknown.length > 0) throw new Error(`${name}: "# golden:" must name some of ${answerKinds.join(', ')}`);
  const opened = await orRefusal(() => caseSession(name, text));
  if (typeof opened === 'object' && opened !== null && 'refused' in opened) return { open: opened };
  const answers: Record<string, unknown> = {};
  for (const kind of wanted) answers[kind] = await orRefusal(() => kinds[kind]?.(opened as Session));
  return JSON.parse(JSON.stringify(answers).replaceAll(`"version":"${toolVersion}"`, '"version":"(version)"'));
}
