/** `fleet status`, `fleet issues`, `fleet query`: what a catalogue says. */
import { assertSchema, changeIssue, listIssues, queryCatalogue, statusOf, type Database } from '../../fleet/index.ts';
import { schemaVersion } from '../../shared/model.ts';
import { issueStates, type IssueState } from '../../shared/issue-states.ts';
import type { CommandContext, OptionValues } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { issuesText, issueText, queryText, statusText } from '../text/fleet-text.ts';
import { withCatalogue } from '../with-catalogue.ts';
import { rowLimit } from './row-limit.ts';

const onCatalogue = (context: CommandContext, options: OptionValues, name: string, use: (database: Database) => Promise<number>): Promise<number> =>
  withCatalogue(context, options, name, async (database) => {
    await assertSchema(database);
    return use(database);
  });

export function fleetStatus(context: CommandContext, words: readonly string[], options: OptionValues): Promise<number> {
  const { io, output } = context;
  if (words.length > 0) throw new UsageError(`fleet status takes no "${words[0] ?? ''}"`);
  return onCatalogue(context, options, 'status', async (database) => {
    const status = await statusOf(database);
    if (output.json) printJson(io, status);
    else io.out(statusText(status));
    return exitCodes.fine;
  });
}

function stateOf(given: OptionValues[string]): IssueState | undefined {
  const found = issueStates.find((state) => state === given);
  if (given !== undefined && found === undefined) throw new UsageError(`--status: ${issueStates.join(', ')}, not "${typeof given === 'string' ? given : ''}"`);
  return found;
}

export function fleetIssues(context: CommandContext, [number, ...more]: readonly string[], options: OptionValues): Promise<number> {
  const { io, output } = context;
  if (more.length > 0) throw new UsageError('fleet issues: one number, or none');
  if (number !== undefined && !/^\d{1,15}$/.test(number)) throw new UsageError(`fleet issues: "${number}" is not the number of an issue`);
  const status = stateOf(options.status);
  const note = typeof options.note === 'string' ? options.note : undefined;
  const links = Array.isArray(options.link) ? (options.link as readonly string[]) : [];
  if (number === undefined && (note !== undefined || links.length > 0)) throw new UsageError('--note and --link: name the number of the issue');
  const bad = links.find((link) => !/^https?:\/\/\S+$/.test(link));
  if (bad !== undefined) throw new UsageError(`--link: "${bad}" is not an address (expected https://…)`);
  return onCatalogue(context, options, 'issues', async (database) => {
    if (number === undefined) {
      const issues = await listIssues(database, status === undefined ? {} : { status });
      if (output.json) printJson(io, { schema: schemaVersion, issues });
      else io.out(issuesText(issues, status));
      return exitCodes.fine;
    }
    const id = Number(number);
    const isChange = status !== undefined || note !== undefined || links.length > 0;
    if (isChange) await changeIssue(database, id, { status, note, links });
    const [issue] = await listIssues(database, { id });
    if (issue === undefined) throw new UsageError(`there is no issue ${id}; "fleet issues" lists them`);
    if (output.json) printJson(io, { schema: schemaVersion, issues: [issue] });
    else io.out(issueText(issue));
    return exitCodes.fine;
  });
}

const usualRows = 1000;
const mostRows = 1_000_000;
const querySeconds = 60;

export function fleetQuery(context: CommandContext, [text, ...more]: readonly string[], options: OptionValues): Promise<number> {
  const { io, output } = context;
  if (text === undefined || more.length > 0) throw new UsageError('fleet query: one query, in quotes');
  const limit = typeof options.rows === 'string' ? rowLimit(options.rows, mostRows) : usualRows;
  return onCatalogue(context, options, 'query', async (database) => {
    // PGlite lets nothing else of its process run meanwhile, the end that a person asks for among it.
    if (database.kind === 'embedded') io.endAtOnce?.();
    const found = await queryCatalogue(database, text, { limit, seconds: querySeconds, signal: io.signal });
    if (output.json) printJson(io, found);
    else io.out(queryText(found));
    return exitCodes.fine;
  });
}
