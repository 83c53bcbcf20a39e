import { hex } from '../../shared/units.ts';
import { positionText, type Position } from '../state/position.ts';
import { useWorkbench } from '../workbench.ts';

interface AddressLinkProps {
  readonly dump: string;
  readonly position: Position;
  /** The address itself where there are no other words. */
  readonly children?: string;
}

/** An address that sets the cursor of the hex view: in its own space, as its own CPU saw it. */
export function AddressLink({ dump, position, children }: AddressLinkProps) {
  const { places } = useWorkbench();
  return (
    <button
      type="button"
      className="link code address-link"
      title={`Show ${positionText(position)} in hex`}
      onClick={(event) => {
        // The row around it selects the field that holds the address, not what it leads to.
        event.stopPropagation();
        places.goTo(dump, position);
      }}
    >
      {children ?? hex(position.address)}
    </button>
  );
}
