import { useWorkbench } from '../../workbench.ts';

/** A virtual address of the kernel that sets the cursor in the hex view. */
export function AddressLink({ dump, address, length = 8 }: { readonly dump: string; readonly address: string; readonly length?: number }) {
  const { places } = useWorkbench();
  return (
    <button
      type="button"
      className="link code"
      title={`Show virtual:${address} in hex`}
      onClick={() => places.goTo(dump, { space: 'virtual', address: BigInt(address), length })}
    >
      {address}
    </button>
  );
}
