/** Name and version as reports and indexes carry them. The version stands in package.json; a test compares them. */
export const toolName = 'dumpbench';
export const toolVersion = '0.1.0';
