/** What every door says of a page index. */
import type { SqlJson } from './memory-model.ts';

/** A part of the pages is not an answer about all of them. */
export const incompleteIndexText = ({ pages, totalPages }: NonNullable<SqlJson['incomplete']>): string =>
  pages < totalPages
    ? `the page index is not complete: ${pages} of ${totalPages} pages are in it; rows of the others are missing`
    : 'the page index is not complete: some pages could not be read when it was built';
