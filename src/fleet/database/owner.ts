/** Who has an embedded catalogue open: a note in its folder, for the processes that come later. */
import { hostname } from 'node:os';
import * as v from 'valibot';
import { isoTime } from '../../shared/json-values.ts';
import { readOwner } from '../../files/catalogue-folder.ts';

const ownerSchema = v.strictObject({
  pid: v.number(),
  host: v.string(),
  since: isoTime,
  /** "fleet worker". */
  command: v.string(),
  /** Folder of the socket. */
  socket: v.string(),
});
export type Owner = v.InferOutput<typeof ownerSchema>;

export const ownerNote = (command: string, socket: string): Owner => ({
  pid: process.pid,
  host: hostname(),
  since: new Date().toISOString(),
  command,
  socket,
});

/** Undefined where there is none, or one that is just being written. */
export function ownerOf(path: string): Owner | undefined {
  try {
    const parsed = v.safeParse(ownerSchema, JSON.parse(readOwner(path) ?? ''));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

export const ownerText = ({ pid, host, since, command }: Owner): string => `process ${pid} on ${host} ("${command}") since ${since}`;
