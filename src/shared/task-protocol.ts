/** Engine methods about the kernel's tasks, modules, stacks and memory. */
import * as v from 'valibot';
import { count } from './json-values.ts';
import { backtraceSchema, kernelFactsSchema, mappingsSchema, memoryUsageSchema, modulesSchema, taskSchema, tasksSchema } from './task-model.ts';
import { onView, wireAddress } from './wire-types.ts';

const aboutKernel = v.strictObject(onView);

export const taskProtocol = {
  tasks: {
    /** `stream`: tasks come with the progress, and the answer holds the rest. */
    params: v.strictObject({ ...onView, stream: v.optional(v.boolean()) }),
    result: tasksSchema,
    progress: v.strictObject({ tasks: v.array(taskSchema) }),
  },
  modules: { params: aboutKernel, result: modulesSchema },
  backtrace: {
    /** One CPU, one task (its pid, or the virtual address of its task_struct); without either every CPU. */
    params: v.strictObject({
      ...onView,
      cpu: v.optional(count),
      pid: v.optional(count),
      task: v.optional(wireAddress),
      /** Every task that is not on a CPU, too. */
      all: v.optional(v.boolean()),
      /** Where the chain cannot be followed: list every address of code on the stack, marked as guesses. */
      guess: v.optional(v.boolean()),
    }),
    result: backtraceSchema,
  },
  mappings: { params: v.strictObject({ ...onView, pid: count }), result: mappingsSchema },
  memoryUsage: { params: aboutKernel, result: memoryUsageSchema },
  kernelFacts: { params: aboutKernel, result: kernelFactsSchema },
} as const;
