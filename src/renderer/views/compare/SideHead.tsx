/** A heading that names one of the two dumps and its time. */
import { Hostile } from '../../widgets/Hostile.tsx';
import { onlyTone, type Pair, type Side } from './pair.ts';

interface SideHeadProps {
  readonly pair: Pair;
  readonly side: Side;
  /** Set if the time is in a heading above. */
  readonly brief?: boolean;
}

export function SideHead({ pair, side, brief = false }: SideHeadProps) {
  const { name, age, time } = pair.names[side];
  return (
    <span className="compare-side" data-testid={`side-${side}`}>
      <span className="compare-side-name cut">
        <Hostile text={name} title />
      </span>
      {age === undefined ? null : <span className={`compare-age ${onlyTone(pair, side)}`}>{age}</span>}
      {time === undefined || brief ? null : <span className="compare-time dim">{time}</span>}
    </span>
  );
}
