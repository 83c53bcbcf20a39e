/** Opens dumps for the length of one command. */
import type { CommandContext } from './command.ts';

/** Runs `use` on an open dump and closes it whatever happens. */
export async function withDump<T>(context: CommandContext, path: string, use: (dump: string) => Promise<T>): Promise<T> {
  const { dump } = await context.engine.call('open', { path }, { signal: context.io.signal });
  try {
    return await use(dump);
  } finally {
    await context.engine.call('close', { dump });
  }
}
