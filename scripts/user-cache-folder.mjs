// Where Dumpbench keeps what can be made again.
import os from 'node:os';
import path from 'node:path';

export const userCacheFolder = () => path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'dumpbench');
