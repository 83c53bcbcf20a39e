/** What a user says of a dump that its headers do not say, or say wrongly. */
import type { SaidOfDump } from '../../../shared/said-of-dump.ts';
import { defined } from '../../../shared/defined.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { hex } from '../../../shared/units.ts';
import { architectureNamed, architectureNames } from '../../arch/architecture-name.ts';
import { readGivenFile } from '../../../files/given-file.ts';
import type { GivenMachine } from '../../formats/dump-format.ts';
import { communicationKeyBytes } from '../../formats/pv-decryption.ts';

/** @throws RequestError for a file that cannot be such a key; DumpError io */
function keyIn(path: string): NonNullable<GivenMachine['communicationKey']> {
  const bytes = readGivenFile(path, { what: 'a customer communication key', most: 4096 });
  if (bytes.length !== communicationKeyBytes)
    throw new RequestError(
      'query',
      `the file of the customer communication key has ${bytes.length} bytes: such a key has ${communicationKeyBytes}, as they are`,
    );
  return { path, bytes };
}

/** @throws RequestError for a machine that is not known, or a file that is not a key; DumpError io */
export function givenMachine({ machine, physBase, memoryAt, cck }: SaidOfDump): GivenMachine {
  const architecture = machine === undefined ? undefined : architectureNamed(machine);
  if (machine !== undefined && architecture === undefined)
    throw new RequestError('query', `there is no machine "${machine}"; known are ${architectureNames.join(', ')}`);
  return {
    ...defined({ machine: architecture, memoryAt: memoryAt?.map(BigInt), communicationKey: cck === undefined ? undefined : keyIn(cck) }),
    ...(physBase === undefined ? {} : { physBase: BigInt(physBase) }),
  };
}

/** The same as it came in. */
export const saidOf = ({ machine, physBase, memoryAt, communicationKey }: GivenMachine): SaidOfDump => ({
  ...defined({ machine, memoryAt: memoryAt?.map(hex), cck: communicationKey?.path }),
  ...(physBase === undefined ? {} : { physBase: hex(physBase) }),
});
