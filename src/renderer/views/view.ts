/** What a view is to the shell: one folder, one entry in the registry. */
import type { ComponentType } from 'react';
import type { OpenDump } from '../state/open-dump.ts';
import type { ViewId } from '../state/view-id.ts';

export interface DumpView {
  readonly id: ViewId;
  /** In the rail, in tabs and in the palette. */
  readonly title: string;
  /** A codicon. */
  readonly icon: string;
  readonly ofWindow: false;
  readonly component: ComponentType<{ readonly dump: OpenDump }>;
}
/** A view that is not about one dump. */
export interface WindowView {
  readonly id: ViewId;
  readonly title: string;
  readonly icon: string;
  readonly ofWindow: true;
  readonly component: ComponentType;
}
export type View = DumpView | WindowView;
