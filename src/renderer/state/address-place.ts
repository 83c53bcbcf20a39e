/** Converts an address as elements carry it to the form that the engine takes. */
import { resolveAddress } from '../../shared/address-expression.ts';
import { defined } from '../../shared/defined.ts';
import type { EngineProtocol } from '../../shared/engine-protocol.ts';
import type { Params } from '../../shared/rpc.ts';
import { parseTypedAddress } from '../../shared/symbol-expression.ts';

const noRegisters = { prefix: () => undefined, register: () => undefined };

/** @throws Error if it is neither an address nor a symbol: no element carries such a text */
export function addressPlace(text: string): Params<EngineProtocol, 'address'>['place'] {
  const parsed = parseTypedAddress(text);
  if (parsed.kind === 'symbol') return parsed.symbol;
  const resolved = parsed.kind === 'address' ? resolveAddress(parsed.expression, 'virtual', noRegisters) : { why: `expected ${parsed.error.expected}` };
  if ('why' in resolved) throw new Error(`"${text}": ${resolved.why}`);
  const { space, address, cpu } = resolved;
  if (space === 'file') throw new Error(`"${text}" is a file offset`);
  // Virtual addresses are treated as the kernel's, whichever CPU used them.
  return { space, address, ...(space === 'real' ? defined({ cpu }) : {}) };
}
