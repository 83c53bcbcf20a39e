import { useState } from 'react';
import { useKept } from '../../hooks/use-kept.ts';
import { readOrder, readShown, readWidths, type TableChoice } from './table-choice.ts';

const nothing: Readonly<Record<string, never>> = {};
/** Names under which sessions save the choices. */
const mostName = 32;

/** The user's choices for a table, each part separately: rows are not ordered again when a column becomes wider. */
export function useTableChoice(table: string, isTransient: boolean): readonly [TableChoice, (choice: TableChoice) => void] {
  const name = table.slice(0, mostName);
  const [widths, setWidths] = useKept<TableChoice['widths']>(`${name}.widths`, readWidths, nothing);
  const [own, setOwn] = useState<Omit<TableChoice, 'widths'>>({ shown: nothing, by: undefined });
  const [keptShown, setShown] = useKept<TableChoice['shown']>(`${name}.shown`, readShown, nothing);
  const [keptOrder, setOrder] = useKept<TableChoice['by']>(`${name}.order`, readOrder, undefined);
  const { shown, by } = isTransient ? own : { shown: keptShown, by: keptOrder };
  return [
    { widths, shown, by },
    (choice) => {
      if (choice.widths !== widths) setWidths(choice.widths);
      if (isTransient) setOwn({ shown: choice.shown, by: choice.by });
      else {
        if (choice.shown !== shown) setShown(choice.shown);
        if (choice.by !== by) setOrder(choice.by);
      }
    },
  ];
}
