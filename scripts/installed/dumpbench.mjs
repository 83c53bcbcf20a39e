#!/usr/bin/env node
// Starts the command line of the npm package: on this Node if it can, else on the pinned one that npm installed next to it.
import { fileURLToPath } from 'node:url';
import { pinnedNode, launch } from '../out/cli/scripts/node-runtime.mjs';

const entry = new URL('../out/cli/main.cjs', import.meta.url);
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
