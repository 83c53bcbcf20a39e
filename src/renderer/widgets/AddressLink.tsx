import type { ReactNode } from 'react';
import { positionText, type Position } from '../state/position.ts';
import { useWorkbench } from '../workbench.ts';
import { explained, placed } from './explained.ts';
import { HexNumber } from './HexNumber.tsx';

interface AddressLinkProps {
  readonly dump: string;
  readonly position: Position;
  /** The address itself where there are no other words. */
  readonly children?: ReactNode;
  /** False for an address of a program: the kernel's books are about others. */
  readonly explain?: boolean;
}

/** The address in digits, however it was written. */
const hexNumber = /^0x[\da-f]{1,16}$/;

/** An address that sets the cursor of the hex view: in its own space, as its own CPU saw it. */
export function AddressLink({ dump, position, children, explain = true }: AddressLinkProps) {
  const { places } = useWorkbench();
  const isBare = children === undefined || (typeof children === 'string' && hexNumber.test(children));
  return (
    <button
      type="button"
      className="link code address-link"
      // What the digits are, for who hears them (hex-number.css).
      data-space={isBare ? position.space : undefined}
      // The card says more.
      {...(explain && position.space !== 'file' ? explained(dump, position) : { title: `Show ${positionText(position)} in hex`, ...placed(dump, position) })}
      onClick={(event) => {
        // The row around it selects the field that holds the address, not what it leads to.
        event.stopPropagation();
        places.goTo(dump, position);
      }}
    >
      {isBare ? <HexNumber value={typeof children === 'string' ? children : position.address} /> : children}
    </button>
  );
}
