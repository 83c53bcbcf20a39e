import type { ReactNode } from 'react';

/** Of a row, and of the head with its line. */
const rowHeight = 22;
const headHeight = 25;

/** Room for a list in a pane that scrolls itself: as high as the rows are, and never higher than most of the window. */
export function ListFrame({ rows, children }: { readonly rows: number; readonly children: ReactNode }) {
  return (
    <div className="kernel-list" style={{ height: `min(${headHeight + rows * rowHeight}px, 70vh)` }}>
      {children}
    </div>
  );
}
