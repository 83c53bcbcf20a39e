/** A System.map that the user gives: link-time addresses, moved to where the kernel ran. */
import { linesOf } from '../../layout/text-lines.ts';
import type { Kernel } from '../kernel.ts';
import { symbolTable, type ListedSymbols, type SymbolTable } from '../symbols/symbol-table.ts';
import { vmcoreinfoHex } from '../vmcoreinfo/vmcoreinfo.ts';
import { failed, isFailure, type Result } from '../../../shared/result.ts';

const line = /^([0-9a-f]{8,16}) ([A-Za-z?]) (\S+)/;

/** Positions in the order of their addresses; undefined where they are in order already. */
function orderOf(addresses: BigUint64Array): Uint32Array | undefined {
  if (addresses.every((address, at) => at === 0 || (addresses[at - 1] ?? 0n) <= address)) return undefined;
  return Uint32Array.from(addresses, (_, at) => at).sort((one, other) => {
    const [left, right] = [addresses[one] ?? 0n, addresses[other] ?? 0n];
    return left < right ? -1 : left > right ? 1 : one - other;
  });
}

function inOrder(list: ListedSymbols): ListedSymbols {
  const order = orderOf(list.addresses);
  if (order === undefined) return list;
  return { addresses: BigUint64Array.from(order, (at) => list.addresses[at] ?? 0n), names: Array.from(order, (at) => list.names[at]) };
}

/**
 * Its lines in the order of their addresses, or what is wrong with it.
 * @param pieces of the file; they are written to
 */
export function readSystemMap(pieces: Iterable<Buffer>): Result<ListedSymbols> {
  let addresses = new BigUint64Array(1 << 16);
  const names: string[] = [];
  let number = 0;
  for (const { bytes } of linesOf(pieces)) {
    number += 1;
    if (bytes.length === 0) continue;
    const [all, address = '', type = ''] = line.exec(bytes.toString('latin1')) ?? [];
    if (all === undefined) return failed('symbols', `line ${number} is not a symbol`);
    if (names.length === addresses.length) {
      const larger = new BigUint64Array(addresses.length * 2);
      larger.set(addresses);
      addresses = larger;
    }
    addresses[names.length] = BigInt(`0x${address}`);
    // Type and name without the blank between them: a string of its own, which keeps no other alive.
    const nameAt = address.length + 2;
    bytes[nameAt] = type.charCodeAt(0);
    names.push(bytes.toString('latin1', nameAt, all.length));
  }
  if (names.length === 0) return failed('symbols', 'it is empty');
  return { value: inOrder({ addresses: addresses.subarray(0, names.length), names }) };
}

/** An image that is linked above this has nothing of it below. */
const farImage = 0x1_0000_0000n;

/** Moved so that _stext is where vmcoreinfo has it, or why the map is not of this kernel. */
export function systemMapTable(list: ListedSymbols, path: string, { vmcoreinfo, symbols }: Pick<Kernel, 'vmcoreinfo' | 'symbols'>): Result<SymbolTable> {
  const linked = list.names.findIndex((name) => name?.slice(1) === '_stext');
  const ran = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(_stext)');
  const from = list.addresses[linked];
  if (from === undefined) return failed('symbols', 'it has no _stext');
  const shift = ran === undefined ? 0n : ran - from;
  // What does not move with the image: absolute numbers, and offsets into per-CPU areas, which are small where the image is not.
  const imageFloor = from >= farImage ? farImage : 0x1000n;
  const addresses = list.addresses.map((address, at) =>
    /^[aA]/.test(list.names[at] ?? '') || address < imageFloor ? address : BigInt.asUintN(64, address + shift),
  );
  const moved = shift === 0n ? '' : `, moved by ${shift < 0n ? '-' : ''}0x${(shift < 0n ? -shift : shift).toString(16)}`;
  const table = symbolTable(`${path}${moved}`, inOrder({ addresses, names: list.names }));
  if (!isFailure(symbols)) {
    for (const { name, address } of symbols.value.all()) {
      const theirs = table.lookup(name);
      if (theirs.length > 0 && !theirs.some((one) => one.address === address))
        return failed('symbols', `${name} is at another address than in the dump: it is the map of another build`);
    }
  }
  return { value: table };
}
