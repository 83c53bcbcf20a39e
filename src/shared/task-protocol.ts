/** Engine methods about the kernel's tasks, modules, stacks and memory. */
import * as v from 'valibot';
import { memoryViews } from './model.ts';
import { backtraceSchema, kernelFactsSchema, mappingsSchema, memoryUsageSchema, modulesSchema, tasksSchema } from './task-model.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const onView = v.strictObject({ dump: v.string(), view: v.optional(v.picklist(memoryViews)) });

export const taskProtocol = {
  tasks: { params: onView, result: tasksSchema },
  modules: { params: onView, result: modulesSchema },
  backtrace: {
    /** One CPU, one task (its pid, or the virtual address of its task_struct); without either every CPU. */
    params: v.strictObject({
      dump: v.string(),
      cpu: v.optional(count),
      pid: v.optional(count),
      task: v.optional(v.bigint()),
      /** Every task that is not on a CPU, too. */
      all: v.optional(v.boolean()),
      /** Where the chain cannot be followed: list every address of code on the stack, marked as guesses. */
      guess: v.optional(v.boolean()),
      view: v.optional(v.picklist(memoryViews)),
    }),
    result: backtraceSchema,
  },
  mappings: { params: v.strictObject({ ...onView.entries, pid: count }), result: mappingsSchema },
  memoryUsage: { params: onView, result: memoryUsageSchema },
  kernelFacts: { params: onView, result: kernelFactsSchema },
} as const;
