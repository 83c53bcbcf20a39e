import type { Remedy } from '../../shared/remedy.ts';
import { RequestError } from '../../shared/rpc.ts';

/** The index cannot be used or written: no fault of the dump, no bug. The message is a sentence for people. */
export class IndexError extends RequestError {
  override name = 'IndexError';
  constructor(message: string, remedy?: Remedy) {
    super('index', message, remedy);
  }
}

/** A row of the index is not what was written: nothing of it is answered, and the index must be built again. */
export class IndexDamaged extends IndexError {
  override name = 'IndexDamaged';
  /** @param what which row, as a sentence without its end */
  constructor(what: string) {
    super(`the index is damaged: ${what}. It has to be built again`, 'rebuild-index');
  }
}

/** Another process is building this index. */
export class IndexBusy extends IndexError {
  override name = 'IndexBusy';
  constructor(path: string) {
    super(`another process is building this index: ${path}`);
  }
}

/** Somebody reads the index in one go (a query does), so that nothing can be written to it now. */
export class IndexLocked extends IndexError {
  override name = 'IndexLocked';
  constructor(path: string) {
    super(`the index ${path} cannot be written while another process reads it`);
  }
}

/** A user's SQL is wrong, is not allowed, or took too long. The message is SQLite's own where it has one. */
export class SqlError extends RequestError {
  override name = 'SqlError';
  constructor(message: string, remedy?: Remedy) {
    super('query', message, remedy);
  }
}
