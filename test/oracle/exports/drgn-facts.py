"""What drgn reads of a dump: drgn-facts.py DUMP VMLINUX. Release, stacks and registers of all CPUs, tasks, log."""
import sys

import drgn
from drgn.helpers.linux.cpumask import for_each_online_cpu
from drgn.helpers.linux.pid import for_each_task
from drgn.helpers.linux.printk import get_dmesg
from drgn.helpers.linux.sched import cpu_curr

program = drgn.Program()
program.set_core_dump(sys.argv[1])
program.load_debug_info([sys.argv[2]])
print("release", program["init_uts_ns"].name.release.string_().decode())
for cpu in for_each_online_cpu(program):
    task = cpu_curr(program, cpu)
    print("cpu", cpu, "pid", int(task.pid), "task", hex(task.value_()))
    trace = program.stack_trace(task)
    for name, value in sorted(trace[0].registers().items()):
        print("register", cpu, name, hex(value))
    for frame in trace:
        print("frame", cpu, hex(frame.pc), frame.name)
for task in for_each_task(program):
    print("task", hex(task.value_()), int(task.pid), task.comm.string_().decode(errors="replace"))
print("log")
sys.stdout.buffer.write(get_dmesg(program))
