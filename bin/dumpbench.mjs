#!/usr/bin/env node
// Starts the command line on a Node that runs TypeScript and carries Node-API 10: this one if it does, else the pinned one.
// It runs from the bundle that `npm run build` made when that is current, else from its sources.
import { fileURLToPath } from 'node:url';
import { cliSources, cliStamp, isCurrent } from '../scripts/bundle-age.mjs';
import { pinnedNode, launch } from '../scripts/node-runtime.mjs';

const entry = new URL(isCurrent(cliStamp, cliSources) ? '../out/cli/main.cjs' : '../src/cli/main.ts', import.meta.url);
const node = pinnedNode(false);
if (node === process.execPath) await import(entry.href);
else {
  try {
    process.exitCode = await launch(node, [fileURLToPath(entry), ...process.argv.slice(2)]);
  } catch (error) {
    console.error(`Dumpbench cannot run the Node that npm installed for it (${error.message}). Install Node 24 and try again.`);
    process.exitCode = 4;
  }
}
