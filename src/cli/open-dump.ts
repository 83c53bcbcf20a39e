/** Opens dumps for the length of one command. */
import type { CommandContext } from './command.ts';
import { progressLine } from './progress-line.ts';
import { placeNames, type PlaceNames } from '../shared/place-names.ts';

/**
 * Runs `use` on an open dump with the files about its kernel, and closes it whatever happens. Unpacking a packed dump and reading a long
 * chain of headers show their progress.
 * @param inPart only first facts and bytes are needed: the calls that need all headers read them, and have their progress
 */
export async function withDump<T>(
  context: CommandContext,
  path: string,
  use: (dump: string, identity: string) => Promise<T>,
  { inPart = false }: { readonly inPart?: boolean } = {},
): Promise<T> {
  const { engine, io, output, opening } = context;
  const progress = progressLine(io, output);
  const volumes = opening.volumes.length === 0 ? {} : { volumes: [...opening.volumes] };
  const view = opening.view === 'all' ? {} : { view: opening.view };
  const { dump, identity } = await engine
    .call(
      'open',
      { path, ...volumes, ...opening.said, ...view, ...(inPart ? { inPart } : {}) },
      {
        signal: io.signal,
        onProgress: (value) => {
          progress.update(value);
        },
      },
    )
    .finally(() => {
      progress.clear();
    });
  try {
    const { attachments } = opening;
    const shown = Object.keys(attachments).length === 0 ? dump : (await engine.call('attach', { dump, ...attachments }, { signal: io.signal })).dump;
    return await use(shown, identity);
  } finally {
    await engine.call('close', { dump });
  }
}

/** Symbols of addresses, as far as they are known without a scan. */
export async function namesOf(context: CommandContext, dump: string, addresses: readonly bigint[]): Promise<PlaceNames> {
  const { places } = await context.engine.call('symbolize', { dump, addresses: [...new Set(addresses)], quick: true }, { signal: context.io.signal });
  return placeNames(places);
}
