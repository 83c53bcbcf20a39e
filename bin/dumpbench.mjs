#!/usr/bin/env node
// Starts the command line on a Node that runs TypeScript and carries Node-API 10: this one if it does, else the pinned one.
import { pinnedNode, runOn } from '../scripts/node-runtime.mjs';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
process.exitCode = await runOn(pinnedNode(), [entry, ...process.argv.slice(2)]);
