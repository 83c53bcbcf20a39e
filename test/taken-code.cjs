// Loaded before a program: says of each script with code that V8 made before whether V8 takes it.
'use strict';
const vm = require('node:vm');
const { Script } = vm;
vm.Script = class extends Script {
  constructor(source, options) {
    super(source, options);
    process.stdout.write(`taken ${options.filename} ${options.cachedData !== undefined && this.cachedDataRejected === false}\n`);
  }
};
