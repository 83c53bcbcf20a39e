/** Resolves a text that names a place in a dump: an address, a register, or a symbol. */
import { parseTypedAddress } from '../../shared/symbol-expression.ts';
import { resolveAddress } from '../../shared/address-expression.ts';
import { defined } from '../../shared/defined.ts';
import { handleOf } from '../state/open-dump.ts';
import { kernelPosition, type Position } from '../state/position.ts';
import { registerLookup } from '../state/register-lookup.ts';
import type { Workbench } from '../workbench.ts';

/** @throws Error with a message for the user if it cannot be resolved */
export async function findPlace({ dumps, engine }: Pick<Workbench, 'dumps' | 'engine'>, key: string, text: string): Promise<Position> {
  const dump = dumps.find(key);
  const handle = dump === undefined ? undefined : handleOf(dump);
  const parsed = parseTypedAddress(text);
  if (parsed.kind === 'symbol') {
    if (handle === undefined) throw new Error('the dump is being opened');
    const { name, offset, module } = parsed.symbol;
    const { address } = await engine.call('symbolAddress', { dump: handle, name, offset, ...defined({ module }) });
    return kernelPosition(address);
  }
  const found =
    parsed.kind === 'address'
      ? resolveAddress(parsed.expression, 'virtual', registerLookup(dump?.triage?.cpus ?? []))
      : { why: `expected ${parsed.error.expected}` };
  if ('why' in found) throw new Error(`"${text}": ${found.why}`);
  return { space: found.space, address: found.address, length: 8, ...defined({ cpu: found.cpu }) };
}
