/** The form of rows that the user chose, for a dump. */
import type { HexRows } from '../../../shared/shell-protocol.ts';
import { infoOf, type OpenDump } from '../../state/open-dump.ts';
import { rowForm, type RowForm } from '../../widgets/hex-grid/hex-row.ts';

/** Machines with a lowcore write EBCDIC: there the column is shown unless the user turned it off. */
export const showsEbcdic = ({ ebcdic }: HexRows, dump: OpenDump): boolean => ebcdic ?? infoOf(dump)?.machine.features?.includes('lowcore') === true;

const forms = new Map<string, RowForm>();

/** Returns the same object for the same form: a different one redraws all rows. */
export function formOf(rows: HexRows, dump: OpenDump): RowForm {
  const hasEbcdic = showsEbcdic(rows, dump);
  const name = `${rows.bytes} ${hasEbcdic ? 'ebcdic' : ''}`;
  const form = forms.get(name) ?? rowForm(rows.bytes, hasEbcdic);
  forms.set(name, form);
  return form;
}
