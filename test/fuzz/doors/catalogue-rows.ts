/** Rows of a fleet's catalogue: whatever a triage may say goes in, and everything that lists a catalogue reads it back. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { issueDumps, overviewOf } from '../../../src/fleet/catalogue/issue-dumps.ts';
import { issueDetails, issueRows, orderedIssues, trendSpan } from '../../../src/fleet/catalogue/issue-pages.ts';
import { keptAnalyses } from '../../../src/fleet/catalogue/analysis-rows.ts';
import { enterDump } from '../../../src/fleet/catalogue/dumps.ts';
import { initCatalogue, listIssues, openCatalogue, queryCatalogue, seenBefore, statusOf } from '../../../src/fleet/index.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { analysisSchema } from '../../../src/shared/analysis-table.ts';
import { schemaVersion } from '../../../src/shared/model.ts';
import { triageDumpSchema } from '../../../src/shared/triage-model.ts';
import { drawDocumentSteps, withDocumentSteps } from '../document-steps.ts';
import type { Door } from '../door.ts';

/** What a worker has of a dump when it enters it; the engine's contract has checked it. */
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const enteredSchema = v.strictObject({ dumpKey: digest, identity: digest, triage: triageDumpSchema, analyses: v.array(analysisSchema) });

const { signal } = new AbortController();

export const catalogueRows: Door = {
  name: 'catalogue-rows',
  about: 'what a triage may say of a dump: rows of a catalogue that every list of it can read',
  seconds: 6,
  least: 40,
  // The database runs in this process.
  mostGrowth: 2 ** 31,
  async open(folder) {
    const database = await openCatalogue({ where: join(folder, 'catalogue'), command: 'fuzz', make: true, signal });
    await initCatalogue(database, {});
    const [healthy, damaged] = bundledSamples().map(({ bytes }) => bytes);
    const dumps: Readonly<Record<string, Uint8Array>> = {
      healthy: healthy ?? new Uint8Array(0),
      damaged: damaged ?? new Uint8Array(0),
      small: buildCase('memory 64 KiB\ncpu prefix=0x8000\nload 0x0 0x10000\nformat elf-vmcore'),
    };
    const documents = new Map<string, unknown>();
    for (const [name, bytes] of Object.entries(dumps)) {
      const said = await triage(sessionOn(memorySource(name, bytes)), signal);
      const analyses = keptAnalyses.map(({ id }) => ({ schema: schemaVersion, id, columns: [], rows: [], missing: [], complete: true }));
      documents.set(
        name,
        JSON.parse(
          JSON.stringify({ dumpKey: createHash('sha256').update(name).digest('hex'), identity: 'a'.repeat(64), triage: { ...said, cpus: [] }, analyses }),
        ),
      );
    }
    return {
      bases: [...documents.keys()],
      draw: (base, random) => drawDocumentSteps(documents.get(base), random).filter((step) => step.do === 'put' || step.do === 'drop' || step.do === 'double'),
      async attempt(base, steps) {
        const parsed = v.safeParse(enteredSchema, withDocumentSteps(documents.get(base), steps));
        if (!parsed.success) return { outcome: 'refused', calls: 1 };
        const dump = parsed.output;
        for (const texts of [true, false])
          await database.transaction((sql) =>
            enterDump(
              sql,
              {
                ...dump,
                triage: {
                  ...dump.triage,
                  info: { ...dump.triage.info, tool: { ...dump.triage.info.tool, version: `${dump.triage.info.tool.version}${texts ? '' : '+'}` } },
                },
              },
              texts,
            ),
          );
        const span = await trendSpan(database);
        const ids = await orderedIssues(database, { by: 'dumps', descending: true });
        await issueRows(database, ids.slice(0, 50), span);
        await overviewOf(database, span);
        await listIssues(database);
        await seenBefore(database, dump.triage.verdict, dump.dumpKey);
        for (const id of ids.slice(0, 2)) {
          await issueDetails(database, id, span);
          await issueDumps(database, id, 0, 10);
        }
        await statusOf(database);
        await queryCatalogue(database, 'SELECT * FROM dumpbench.dump LIMIT 5', { limit: 5, seconds: 5, signal });
        return { outcome: 'answered', calls: 10 };
      },
      close: () => database.close(),
    };
  },
};
