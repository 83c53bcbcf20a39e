/** Named queries: the built-in ones, and the user's own, stored on this computer. */
import { createStore, type Readable } from '../../state/store.ts';

export interface SavedQuery {
  readonly name: string;
  readonly query: string;
}

export const starterQueries: readonly SavedQuery[] = [
  {
    name: 'Pages by state and class',
    query: `SELECT state, class, count(*) AS pages, count(*) * 4096 AS bytes
FROM page
GROUP BY state, class
ORDER BY pages DESC`,
  },
  {
    name: 'Most frequent duplicates',
    query: `SELECT count(*) AS pages, fingerprint, class, min(address) AS first_address, max(address) AS last_address
FROM page
WHERE state = 'present'
GROUP BY fingerprint
HAVING count(*) > 1
ORDER BY pages DESC
LIMIT 100`,
  },
  {
    name: 'Largest runs of zero pages',
    query: `WITH zero AS (SELECT pfn, pfn - row_number() OVER (ORDER BY pfn) AS run FROM page WHERE state = 'zero')
SELECT min(pfn) * 4096 AS start, (max(pfn) + 1) * 4096 AS end, count(*) AS pages
FROM zero
GROUP BY run
ORDER BY pages DESC
LIMIT 50`,
  },
  {
    name: 'Pages that look like text',
    query: `SELECT pfn, address, file_offset
FROM page
WHERE class = 'text'`,
  },
  {
    name: 'Runs of pages with high entropy',
    query: `/* Compressed, encrypted or random: keys, initrds, overwritten memory. */
WITH dense AS (SELECT pfn, pfn - row_number() OVER (ORDER BY pfn) AS run FROM page WHERE class = 'entropy')
SELECT min(pfn) * 4096 AS start, (max(pfn) + 1) * 4096 AS end, count(*) AS pages
FROM dense
GROUP BY run
ORDER BY pages DESC
LIMIT 50`,
  },
  {
    name: 'Page classes by region',
    query: `SELECT r.name, p.class, count(*) AS pages
FROM region AS r JOIN page AS p ON p.address >= r.start AND p.address < r.end
WHERE r.kind IN ('crashkernel', 'kernel', 'lowcore') AND p.class IS NOT NULL
GROUP BY r.name, p.class
ORDER BY r.start, pages DESC`,
  },
  {
    name: 'Absent memory',
    query: `SELECT start_pfn * 4096 AS start, end_pfn * 4096 AS end, end_pfn - start_pfn AS pages, state
FROM extent
WHERE state NOT IN ('stored', 'zero')
ORDER BY pages DESC`,
  },
  {
    name: 'Findings, worst first',
    query: `SELECT severity, id, title, start, end, file_offset, recorded, computed
FROM finding
ORDER BY CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, position`,
  },
  {
    name: 'CPU activity',
    query: `SELECT id, linux_cpu, state, prefix, psw_address, psw_text, source
FROM cpu`,
  },
  {
    name: 'Registers that hold the same value on several CPUs',
    query: `SELECT value, group_concat('cpu' || cpu || '.' || name, ' ') AS registers, count(*) AS times
FROM register
WHERE value NOT IN ('0x0', '0x1')
GROUP BY value
HAVING count(DISTINCT cpu) > 1
ORDER BY times DESC`,
  },
  {
    name: 'Tasks by state',
    query: `SELECT state, kind, count(*) AS tasks, group_concat(name, ' ') AS names
FROM tasks
GROUP BY state, kind
ORDER BY tasks DESC`,
  },
  {
    name: 'Kernel log: errors and trouble',
    query: `SELECT time, level, mark, text
FROM dmesg
WHERE mark IS NOT NULL OR level IN ('emerg', 'alert', 'crit', 'err')
ORDER BY sequence`,
  },
  {
    name: 'Checks that did not pass',
    query: `SELECT verdict, id, title, detail, recorded, computed
FROM checks
WHERE verdict <> 'passed'
ORDER BY verdict`,
  },
  {
    name: 'Symbols by module',
    query: `SELECT coalesce(module, 'kernel') AS module, count(*) AS symbols, sum(size) AS bytes
FROM symbols
GROUP BY module
ORDER BY symbols DESC`,
  },
  {
    name: 'Notes by kind',
    query: `SELECT owner, name, count(*) AS notes, sum(bytes) AS bytes
FROM note
GROUP BY owner, name
ORDER BY notes DESC`,
  },
];

/** The subset of the browser's storage API that is needed. */
export interface QueryStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface SavedQueries {
  /** The user's own, by name. */
  readonly own: Readable<readonly SavedQuery[]>;
  readonly save: (query: SavedQuery) => void;
  readonly remove: (name: string) => void;
}

const storageKey = 'dumpbench.sql.queries';
const mostOwn = 200;

const isQuery = (value: unknown): value is SavedQuery =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' && 'query' in value && typeof value.query === 'string';

export function createSavedQueries(storage: QueryStorage): SavedQueries {
  const load = (): readonly SavedQuery[] => {
    try {
      const stored: unknown = JSON.parse(storage.getItem(storageKey) ?? '[]');
      return Array.isArray(stored) ? stored.filter(isQuery).slice(0, mostOwn) : [];
    } catch {
      // Invalid contents, or storage is disabled: then there are none.
      return [];
    }
  };
  const own = createStore<readonly SavedQuery[]>(load());
  const keep = (queries: readonly SavedQuery[]): void => {
    own.set(queries.toSorted((left, right) => (left.name < right.name ? -1 : 1)).slice(0, mostOwn));
    try {
      storage.setItem(storageKey, JSON.stringify(own.get()));
    } catch {
      // They then last as long as the window.
    }
  };
  return {
    own,
    save: (query) => keep([...own.get().filter(({ name }) => name !== query.name), query]),
    remove: (name) => keep(own.get().filter((query) => query.name !== name)),
  };
}
