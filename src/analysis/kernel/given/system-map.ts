/** A System.map that the user gives: link-time addresses, moved to where the kernel ran. */
import type { Kernel } from '../kernel.ts';
import { symbolTable, type SymbolList, type SymbolTable } from '../symbols/symbol-table.ts';
import { vmcoreinfoHex } from '../vmcoreinfo/vmcoreinfo.ts';

const line = /^([0-9a-f]{8,16}) ([A-Za-z?]) (\S+)/;

/** Its lines in the order of their addresses, or what is wrong with it. */
export function readSystemMap(text: string): SymbolList | string {
  const rows: { readonly address: bigint; readonly name: string }[] = [];
  for (const [at, one] of text.split('\n').entries()) {
    if (one === '') continue;
    const match = line.exec(one);
    if (match?.[1] === undefined) return `line ${at + 1} is no symbol`;
    rows.push({ address: BigInt(`0x${match[1]}`), name: `${match[2] ?? ''}${match[3] ?? ''}` });
  }
  if (rows.length === 0) return 'it is empty';
  rows.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  return { addresses: BigUint64Array.from(rows, ({ address }) => address), names: rows.map(({ name }) => name) };
}

/** An image that is linked above this has nothing of it below. */
const farImage = 0x1_0000_0000n;

/** Moved so that _stext is where vmcoreinfo has it, or why the map is not of this kernel. */
export function systemMapTable(list: SymbolList, path: string, { vmcoreinfo, symbols }: Pick<Kernel, 'vmcoreinfo' | 'symbols'>): SymbolTable | string {
  const linked = list.names.findIndex((name) => name?.slice(1) === '_stext');
  const ran = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(_stext)');
  const from = list.addresses[linked];
  if (from === undefined) return 'it has no _stext';
  const shift = ran === undefined ? 0n : ran - from;
  // What does not move with the image: absolute numbers, and offsets into per-CPU areas, which are small where the image is not.
  const imageFloor = from >= farImage ? farImage : 0x1000n;
  const addresses = list.addresses.map((address, at) =>
    /^[aA]/.test(list.names[at] ?? '') || address < imageFloor ? address : BigInt.asUintN(64, address + shift),
  );
  const order = [...addresses.keys()].sort((a, b) => {
    const left = addresses[a] ?? 0n;
    const right = addresses[b] ?? 0n;
    return left < right ? -1 : left > right ? 1 : a - b;
  });
  const table = symbolTable(`${path}${shift === 0n ? '' : `, moved by ${shift < 0n ? '-' : ''}0x${(shift < 0n ? -shift : shift).toString(16)}`}`, {
    addresses: BigUint64Array.from(order, (at) => addresses[at] ?? 0n),
    names: order.map((at) => list.names[at]),
  });
  if (symbols.found) {
    for (const { name, address } of symbols.symbols.all()) {
      const theirs = table.lookup(name);
      if (theirs.length > 0 && !theirs.some((one) => one.address === address))
        return `${name} is at another address than in the dump: it is the map of another build`;
    }
  }
  return table;
}
