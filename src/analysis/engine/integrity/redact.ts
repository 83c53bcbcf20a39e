/** What a dump knows that a redacted report must not say: names that no pattern finds. */
import { append } from '../../../shared/append.ts';
import { isDumpError } from '../../../shared/dump-error.ts';
import type { Redaction } from '../../../shared/redact-rules.ts';
import { RequestError } from '../../../shared/rpc.ts';
import type { RedactSecrets } from '../../report/redaction.ts';
import { analysesOf } from '../kernel/analyses.ts';
import { describeKernelFacts } from '../kernel/kernel-facts.ts';
import type { Session } from '../session/session.ts';
import { describeDump } from '../triage/info.ts';
import type { Scan } from './verify.ts';

/** @returns undefined where the dump does not give it */
async function known<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isDumpError(error) || error instanceof RequestError) return undefined;
    throw error;
  }
}

/** @param sessions the dump, and the one that it is compared with */
export async function secretsOf(sessions: readonly Session[], { rules }: Redaction, context: Scan): Promise<RedactSecrets> {
  const found = {
    nodenames: [] as string[],
    serials: [] as string[],
    commandLines: [] as string[],
    comms: [] as string[],
    logLines: [] as string[],
    unread: [] as string[],
  };
  for (const session of sessions) {
    const { kernel, machine } = describeDump(session);
    const facts = await known(() => describeKernelFacts(session, context.signal));
    for (const name of new Set([kernel.nodename, facts?.nodename?.value])) if (name !== undefined) found.nodenames.push(name);
    for (const line of new Set([kernel.commandLine, facts?.commandLine?.value])) if (line !== undefined) found.commandLines.push(line);
    if (machine.serial !== undefined) found.serials.push(machine.serial);
    if (rules.includes('comm')) {
      const tasks = (await known(() => analysesOf(session, [{ id: 'tasks' }], context)))?.[0];
      for (const { name, kind } of tasks?.rows ?? []) if (kind === 'user' && typeof name === 'string') found.comms.push(name);
      if (tasks?.complete !== true)
        found.unread.push('Not all tasks of the dump could be read: of the other processes only the names that are in the forms of the kernel log are found.');
    }
    if (rules.includes('log')) {
      const log = (await known(() => analysesOf(session, [{ id: 'log' }], context)))?.[0];
      for (const { text } of log?.rows ?? []) if (typeof text === 'string') append(found.logLines, text.split('\n'));
      if (log?.complete !== true) found.unread.push('Not all of the kernel log could be read: lines of it that are quoted elsewhere may remain.');
    }
    if (rules.includes('nodename') && kernel.nodename === undefined && facts?.nodename === undefined)
      found.unread.push('The dump does not record its node name, so no occurrence of it could be looked for.');
    if (rules.includes('command-lines') && kernel.commandLine === undefined && facts?.commandLine === undefined)
      found.unread.push('The dump does not record the command line of its kernel: only lines that are named as such are found.');
  }
  return found;
}
