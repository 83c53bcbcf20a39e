/** The options that say where a fleet's catalogue is. */
import type { CommandOption, OptionValues } from './command.ts';
import { UsageError } from './io.ts';

export const urlOption: CommandOption = {
  flags: '--url <address>',
  description: 'the catalogue on a PostgreSQL server: postgres://USER@HOST/DATABASE (else DUMPBENCH_FLEET_URL; passwords in PGPASSFILE)',
};
export const catalogueFolderOption: CommandOption = {
  flags: '--catalogue <folder>',
  description: "the catalogue in a folder, without a server (without both: in the user's data folder)",
};

/** @returns undefined where neither is given @throws UsageError for both */
export function catalogueOf({ url, catalogue }: OptionValues): string | undefined {
  if (typeof url === 'string' && typeof catalogue === 'string') throw new UsageError('--url and --catalogue both say where the catalogue is: give one of them');
  if (typeof url === 'string') {
    if (!/^postgres(?:ql)?:\/\//.test(url)) throw new UsageError('--url: expected postgres://USER@HOST/DATABASE; a folder goes with --catalogue');
    return url;
  }
  return typeof catalogue === 'string' ? catalogue : undefined;
}
