import { positionText, type Position } from '../state/position.ts';
import { useWorkbench } from '../workbench.ts';

/** An address of a register or a field: shows its bytes in its own space, as its own CPU saw them. */
export function AddressLink({ dump, position, children }: { readonly dump: string; readonly position: Position; readonly children: string }) {
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
      {children}
    </button>
  );
}
