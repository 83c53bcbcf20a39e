/** Queries to the open catalogue, repeated when it has to be read again. */
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react';
import type { FleetProtocol } from '../../../shared/fleet-protocol.ts';
import type { Params } from '../../../shared/rpc.ts';
import { createQuerySlot, type QueryState } from '../../engine/query-slot.ts';
import { useStore } from '../../hooks/use-store.ts';
import { createPagedRows } from '../../state/paged-rows.ts';
import type { PagedRows } from '../../widgets/data-table/table-parts.ts';
import { useWorkbench } from '../../workbench.ts';
import { defined } from '../../../shared/defined.ts';

/** @param key identifies the query: a different key runs it again, and drops the last answer */
export function useFleetQuery<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): QueryState<T> {
  const turn = useStore(useWorkbench().fleet.turn);
  const [slot] = useState(() => createQuerySlot<T>());
  const question = useEffectEvent(ask);
  useEffect(() => slot.clear, [slot, key]);
  useEffect(() => {
    slot.ask((signal) => question(signal));
    return slot.drop;
  }, [slot, key, turn]);
  return useStore(slot.state);
}

interface FleetPages<Row> {
  readonly rows: PagedRows<Row>;
  /** Undefined until the first page has arrived. */
  readonly matching: number | undefined;
  readonly error: Error | undefined;
}

type AskPage<Row> = (start: number, count: number, signal?: AbortSignal) => Promise<{ readonly matching: number; readonly rows: readonly Row[] }>;

/**
 * @param of distinguishes lists: the table returns to its first row when it changes
 * @param ask another function means another query
 */
export function useFleetPages<Row>(of: string, ask: AskPage<Row>, order?: PagedRows<Row>['order']): FleetPages<Row> {
  const pages = useMemo(() => createPagedRows<Row>(ask), [ask]);
  useEffect(() => {
    // Once the first page has arrived, the table requests what is in view.
    if (pages.matching() === undefined) pages.want(0, 1);
    return pages.stop;
  }, [pages]);
  useStore(pages.version);
  const want = useCallback((first: number, end: number) => pages.want(first, Math.max(first + 1, end)), [pages]);
  const error = pages.error();
  const matching = pages.matching();
  return {
    matching,
    error,
    rows: {
      of,
      total: error === undefined ? (matching ?? 0) : 0,
      at: pages.at,
      want,
      read: async (first, count) => (await ask(first, count)).rows,
      ...defined({ order }),
    },
  };
}

type IssueChange = Omit<Params<FleetProtocol, 'changeIssue'>, 'id'>;
export type ChangeIssue = (change: IssueChange) => Promise<void>;

/** Changes an issue in the catalogue, and reads it again. Rejects with a sentence. */
export function useChangeIssue(id: number): ChangeIssue {
  const { fleet } = useWorkbench();
  return useCallback(
    async (change) => {
      await fleet.call('changeIssue', { id, ...change });
      await fleet.refresh();
    },
    [fleet, id],
  );
}
