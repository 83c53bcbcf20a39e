import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import { symbolText } from '../../words/symbol.ts';
import { useWorkbench } from '../../workbench.ts';
import { explained } from '../../widgets/explained.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { inspectIntegers, presentBytes } from './inspect-bytes.ts';
import { isProgramPswMask, isRegisterOfProgram } from './program-address.ts';

interface SymbolNamesProps {
  readonly dump: OpenDump;
  readonly position: Position;
  readonly bytes: Uint8Array;
}

/** Whether the eight bytes at the cursor are known to be an address of a program; undefined while that is being looked up. */
function useProgramAddress(dump: OpenDump, position: Position): boolean | undefined {
  const { engine } = useWorkbench();
  const { space, address, cpu } = position;
  const isRegister = isRegisterOfProgram(dump.triage?.cpus ?? [], position);
  const mayFollowMask = dump.triage?.info.machine.features?.includes('psw') === true && address >= 8n;
  const key = mayFollowMask && !isRegister ? `${space}/${cpu ?? ''}/${address}` : undefined;
  const query = useQuery(dump, key, async (handle, signal) => {
    const owner = space === 'real' || space === 'virtual' ? { cpu: cpu ?? 0 } : {};
    const { data, absent } = await engine.call('read', { dump: handle, space, address: address - 8n, length: 8, ...owner }, { signal });
    const mask = inspectIntegers(presentBytes(data, address - 8n, absent)).find(({ bits }) => bits === 64)?.big;
    return mask !== undefined && isProgramPswMask(BigInt(mask.hex));
  });
  if (key === undefined) return isRegister;
  return query.error === undefined ? query.value : false;
}

/** The symbols of the cursor's address, and of the address that the eight bytes there hold, unless it belongs to a program. */
export function SymbolNames({ dump, position, bytes }: SymbolNamesProps) {
  const { engine, places } = useWorkbench();
  const word = inspectIntegers(bytes).find(({ bits }) => bits === 64)?.[dump.triage?.info.machine.endianness === 'little' ? 'little' : 'big'];
  const ofProgram = useProgramAddress(dump, position);
  const pointer = word === undefined || ofProgram !== false ? undefined : BigInt(word.hex);
  const own = position.space === 'virtual' ? position.address : undefined;
  const addresses = [...new Set([own, pointer === 0n ? undefined : pointer].filter((one) => one !== undefined))];
  const key = addresses.length === 0 ? undefined : addresses.join(' ');
  const query = useQuery(dump, key, async (handle, signal) => (await engine.call('symbolize', { dump: handle, addresses, quick: true }, { signal })).places);
  const nameOf = (address: bigint | undefined): string | undefined => {
    const place = address === undefined ? undefined : query.value?.find((one) => BigInt(one.address) === address);
    return place === undefined ? undefined : symbolText(place);
  };
  const here = nameOf(own);
  const there = nameOf(pointer);
  if (here === undefined && there === undefined) return null;
  return (
    <section data-testid="inspector-symbols">
      <h3 className="caption">Symbol</h3>
      {here === undefined ? null : (
        <p className="code">
          <Hostile text={here} />
        </p>
      )}
      {there === undefined || pointer === undefined ? null : (
        <p>
          points to{' '}
          <button
            type="button"
            className="link code"
            {...explained(dump.key, { space: 'virtual', address: pointer, length: 8 })}
            onClick={() => places.goTo(dump.key, { space: 'virtual', address: pointer, length: 8 })}
          >
            <Hostile text={there} />
          </button>
        </p>
      )}
    </section>
  );
}
