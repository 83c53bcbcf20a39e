// What the build makes one script of, for src/fleet/database/drivers.ts. A checkout loads the packages one by one.
export { default as pg } from 'pg';
export * as boss from 'pg-boss';
export * as parquet from 'hyparquet-writer';
export * as socket from '@electric-sql/pglite-socket';
