import type { ReactNode } from 'react';
import { positionText, type Position } from '../state/position.ts';
import { useWorkbench } from '../workbench.ts';
import { explained, placed } from './explained.ts';
import { HexNumber } from './HexNumber.tsx';

interface AddressLinkProps {
  readonly dump: string;
  readonly position: Position;
  /** Defaults to the address itself. */
  readonly children?: ReactNode;
  /** False for an address of a program: the kernel's data structures do not describe those. */
  readonly explain?: boolean;
}

/** The address in digits, in whatever form it was written. */
const hexNumber = /^0x[\da-f]{1,16}$/;

/** A link that sets the cursor of the hex view to an address: in its own space, as its own CPU saw it. */
export function AddressLink({ dump, position, children, explain = true }: AddressLinkProps) {
  const { places } = useWorkbench();
  const isBare = children === undefined || (typeof children === 'string' && hexNumber.test(children));
  return (
    <button
      type="button"
      className="link code address-link"
      // Marks digits for screen readers (hex-number.css).
      data-space={isBare ? position.space : undefined}
      // The card shows more.
      {...(explain && position.space !== 'file' ? explained(dump, position) : { title: `Show ${positionText(position)} in hex`, ...placed(dump, position) })}
      onClick={(event) => {
        // The row around it selects the field that contains the address, not its target.
        event.stopPropagation();
        places.goTo(dump, position);
      }}
    >
      {isBare ? <HexNumber value={typeof children === 'string' ? children : position.address} /> : children}
    </button>
  );
}
