/** What has to be equal for indexes to be put together, as one text. */
import { classVersion, fingerprintAlgorithm } from './page-job.ts';
import { indexSchemaVersion } from './schema.ts';

export const indexAlgorithm = `${fingerprintAlgorithm}, classes ${classVersion}, schema ${indexSchemaVersion}`;
