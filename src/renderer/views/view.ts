/** A view as the shell sees it: one folder, one entry in the registry. */
import type { ComponentType } from 'react';
import type { ArchitectureFeature } from '../../shared/model.ts';
import type { OpenDump } from '../state/open-dump.ts';
import type { ViewId } from '../state/view-id.ts';

export interface DumpView {
  readonly id: ViewId;
  /** In the rail, in tabs and in the palette. */
  readonly title: string;
  /** A codicon. */
  readonly icon: string;
  readonly ofWindow: false;
  /** What the dump's machine must have; without it the view would have nothing to show. */
  readonly needs?: ArchitectureFeature;
  readonly component: ComponentType<{ readonly dump: OpenDump }>;
}
/** Set for a view that does not belong to one dump. */
export interface WindowView {
  readonly id: ViewId;
  readonly title: string;
  readonly icon: string;
  readonly ofWindow: true;
  readonly keys?: string;
  readonly needs?: undefined;
  readonly component: ComponentType;
}
export type View = DumpView | WindowView;

/** Whether a view may have something to show for a dump; true as long as the machine is not known. */
export const isFor = ({ needs }: Pick<View, 'needs'>, dump: OpenDump | undefined): boolean =>
  needs === undefined || dump?.triage === undefined || dump.triage.info.machine.features?.includes(needs) === true;
