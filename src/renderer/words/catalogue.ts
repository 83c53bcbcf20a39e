/** Titles of the catalogue's entries; their ids until the engine has answered. */
import type { Catalogue } from '../../shared/catalogue-model.ts';
import type { FormatId, MemoryView } from '../../shared/model.ts';

export const formatTitle = ({ formats }: Pick<Catalogue, 'formats'>, id: FormatId): string => formats.find((one) => one.id === id)?.title ?? id;
export const viewTitle = ({ views }: Pick<Catalogue, 'views'>, id: MemoryView): string => views.find((one) => one.id === id)?.title ?? id;
