/** What a user says of a dump that its headers do not say, or say wrongly. */
import { defined } from '../../../shared/defined.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { architectureNamed, architectureNames } from '../../arch/architecture-name.ts';
import type { GivenMachine } from '../../formats/dump-format.ts';

/**
 * @param machine name of an architecture
 * @param physBase distance by which the kernel image was moved, "0x..."
 * @throws RequestError for a machine that is not known
 */
export function givenMachine(machine: string | undefined, physBase: string | undefined): GivenMachine {
  const architecture = machine === undefined ? undefined : architectureNamed(machine);
  if (machine !== undefined && architecture === undefined)
    throw new RequestError('query', `there is no machine "${machine}"; known are ${architectureNames.join(', ')}`);
  return { ...defined({ machine: architecture }), ...(physBase === undefined ? {} : { physBase: BigInt(physBase) }) };
}
