/** A register, a PSW, or an address: padded to its width, in groups of eight digits. It is copied as one number, which the go-to box accepts. */
import { differingPlaces, hexGroups, paddedHex, type HexDigits } from '../words/numbers.ts';
import './hex-number.css';

interface HexNumberProps {
  readonly value: string | bigint | number;
  readonly digits?: HexDigits;
  /** The values next to it: digits that are not equal in all of them are marked. */
  readonly beside?: readonly string[] | undefined;
}

interface Piece {
  readonly text: string;
  readonly isLead: boolean;
  readonly differs: boolean;
}

/** Digits of a group, split where the leading zeros end and where differences begin or end. */
function piecesOf(group: string, leading: number, places: readonly boolean[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < group.length;) {
    const isLead = from < leading;
    const differs = places[from] === true;
    let end = from + 1;
    while (end < group.length && end < leading === isLead && (places[end] === true) === differs) end += 1;
    pieces.push({ text: group.slice(from, end), isLead, differs });
    from = end;
  }
  return pieces;
}

const look = ({ isLead, differs }: Piece): string | undefined => (differs ? 'hex-differs' : isLead ? 'hex-lead' : undefined);

export function HexNumber({ value, digits = 16, beside }: HexNumberProps) {
  const groups = hexGroups(value, digits);
  const leading = /^0*/.exec(groups.join(''))?.[0].length ?? 0;
  const places = beside === undefined ? [] : differingPlaces([paddedHex(value, digits), ...beside], digits);
  return (
    <span className="hex-number">
      <span className="hex-lead">0x</span>
      {groups.map((group, index) => (
        <span key={index} className="hex-group">
          {piecesOf(group, leading - index * group.length, places.slice(index * group.length)).map((piece, at) => (
            <span key={at} className={look(piece)}>
              {piece.text}
            </span>
          ))}
        </span>
      ))}
    </span>
  );
}
