/** Name and version as reports and indexes carry them. The version is in package.json; a test compares them. */
export const toolName = 'dumpbench';
export const toolVersion = '0.1.0';
