/** The CPUs of a dump, page by page: a hostile dump has registers of 8192, which take more in one answer than a command may. */
import type { CpuJson } from '../shared/cpu-model.ts';
import type { EngineProtocol } from '../shared/engine-protocol.ts';
import type { Result } from '../shared/rpc.ts';
import type { CommandContext } from './command.ts';

/** @param plain without the meaning of registers */
export async function* cpuPages({ engine, io }: CommandContext, dump: string, plain?: 'plain'): AsyncGenerator<Result<EngineProtocol, 'cpus'>, undefined> {
  const how = plain === undefined ? {} : { plain: true as const };
  for (let start: number | undefined = 0; start !== undefined;) {
    const page: Result<EngineProtocol, 'cpus'> = await engine.call('cpus', { dump, start, ...how }, { signal: io.signal });
    yield page;
    start = page.next;
  }
  return undefined;
}

/** As `triage` lists them. */
export async function* plainCpus(context: CommandContext, dump: string): AsyncGenerator<readonly CpuJson[], undefined> {
  for await (const { cpus } of cpuPages(context, dump, 'plain')) yield cpus;
  return undefined;
}
