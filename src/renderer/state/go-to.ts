/** What a person typed into the go-to box, as a position or as the reason why it is none. */
import { parseAddress, resolveAddress } from '../../shared/address-expression.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import { defined } from '../../shared/defined.ts';
import type { AddressSpace } from '../../shared/model.ts';
import type { Position } from './position.ts';
import { registerLookup } from './register-lookup.ts';

export type GoTo =
  | { readonly ok: true; readonly position: Position; readonly named: boolean }
  | { readonly ok: false; readonly message: string; /** Character that it is about, from 0. */ readonly at?: number };

/**
 * @param space what a bare number means: the space that the cursor is in
 * @param cpus undefined while they are not known yet
 */
export function resolveGoTo(text: string, space: AddressSpace, cpus: readonly CpuJson[] | undefined): GoTo {
  const parsed = parseAddress(text);
  if (!parsed.ok) return { ok: false, message: `expected ${parsed.error.expected}`, at: parsed.error.at };
  const { expression } = parsed;
  const found = resolveAddress(expression, space, registerLookup(cpus ?? []));
  if ('why' in found && cpus === undefined && expression.base.kind !== 'number') return { ok: false, message: 'the CPUs of the dump are not known yet' };
  if ('why' in found) return { ok: false, message: found.why };
  const cpu = found.cpu ?? (found.space === 'real' ? 0 : undefined);
  return {
    ok: true,
    position: { space: found.space, address: found.address, length: 1, ...defined({ cpu }) },
    named: expression.base.kind !== 'number' || expression.offset !== 0n,
  };
}
