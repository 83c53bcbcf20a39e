/** The engine's methods about pages: their index, searches, comparisons. */
import { defined } from '../../../shared/defined.ts';
import type { StartSqlProcess } from '../../page-index/sql-process.ts';
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { describeCache } from './cache.ts';
import { compareHandlers } from './compare.ts';
import { describeDuplicatePages, describeDuplicates } from './duplicates.ts';
import { indexPages } from './index-pages.ts';
import { indexRange, rangesOf } from './index-range.ts';
import { mergeRanges } from './merge-ranges.ts';
import { queryIndex, sqlTables } from '../sql/query.ts';
import { stripOf } from './strip.ts';
import { searchSession } from './search.ts';

/** @param startSql how this host starts the killable process of a user's SQL */
export const pageHandlers = (sessionOf: SessionOf, startSql: StartSqlProcess | undefined) =>
  ({
    ...compareHandlers(sessionOf),
    index: ({ dump, ...request }, { signal, progress }) => indexPages(sessionOf(dump, 'all'), request, signal, progress),
    planRanges: ({ dump, ...wish }) => rangesOf(sessionOf(dump, 'all'), defined(wish)),
    indexRange: ({ dump, ...request }, { signal, progress }) => indexRange(sessionOf(dump, 'all'), request, signal, progress),
    mergeRanges: ({ dump, ...request }, { signal, progress }) => mergeRanges(sessionOf(dump, 'all'), request, signal, progress),
    cache: ({ pruneTo }) => describeCache(pruneTo),
    strip: ({ dump, ...request }) => stripOf(sessionOf(dump), request),
    sql: ({ dump, query, rows, seconds, path }, { signal }) => queryIndex(sessionOf(dump), { query, rows, seconds, ...defined({ path }) }, signal, startSql),
    sqlTables: () => ({ tables: sqlTables() }),
    duplicates: ({ dump, ...part }, context) => describeDuplicates(sessionOf(dump, 'all'), part, context),
    duplicatePages: ({ dump, ...group }, context) => describeDuplicatePages(sessionOf(dump, 'all'), group, context),
    search: ({ dump, view, ...request }, context) => searchSession(sessionOf(dump, view), request, context),
  }) satisfies SomeMethods;
