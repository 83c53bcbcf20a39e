/** Names that come from a dump, for completion: read in a short time, with nothing written, not even into the cache. */
import { createEngine } from '../../analysis/engine/engine.ts';
import { portPair } from '../../analysis/engine/in-process.ts';
import { wrapperOf } from '../../analysis/source/wrapper.ts';
import { fileHead } from '../../files/file-head.ts';
import { engineProtocol } from '../../shared/engine-protocol.ts';
import { connect, serve } from '../../shared/rpc.ts';

/** Milliseconds. Nobody who presses a key waits longer; the second time, the file is in memory. */
const most = 2000;
const mostNames = 500;

/** Opening what is packed would unpack it into the cache. */
function canBeReadInPlace(path: string): boolean {
  const head = fileHead(path, 512);
  return head !== undefined && wrapperOf(head) === undefined;
}

/**
 * @param prefix how the names begin
 * @returns none if the dump does not have them, or not in time
 */
export async function dumpNames(kind: 'symbols' | 'types', path: string, prefix: string): Promise<readonly string[]> {
  if (!/^[\w.$:]+$/.test(prefix)) return [];
  const engine = createEngine();
  const [near, far] = portPair();
  serve(engineProtocol, engine.handlers, far);
  const client = connect(engineProtocol, near);
  const signal = AbortSignal.timeout(most);
  try {
    if (!canBeReadInPlace(path)) return [];
    const { dump } = await client.call('open', { path }, { signal });
    const names =
      kind === 'symbols'
        ? (await client.call('symbols', { dump, name: `${prefix}*` }, { signal })).symbols.map(({ name }) => name)
        : (await client.call('typeNames', { dump }, { signal })).names.filter((name) => name.startsWith(prefix));
    // What a shell would have to quote, or a terminal would interpret, is not a name of the kernel.
    return [...new Set(names)].filter((name) => /^[\w.$:]+$/.test(name)).slice(0, mostNames);
  } catch {
    return [];
  } finally {
    client.close();
    engine.close();
  }
}
