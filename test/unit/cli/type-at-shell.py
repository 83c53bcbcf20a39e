"""type-at-shell.py SHELL... : types lines at a shell in a terminal of its own. Lines come on standard input, each ends with NUL; after each it waits until the shell says DONE."""
import os
import pty
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen = b""


def wait(count):
    global seen
    while seen.count(b"DONE") < count:
        piece = os.read(terminal, 65536)
        if not piece:
            raise SystemExit("the shell ended: " + seen.decode(errors="replace"))
        seen += piece


for number, line in enumerate(sys.stdin.buffer.read().split(b"\0")[:-1]):
    os.write(terminal, line)
    wait(number + 1)
os.close(terminal)
os.waitpid(pid, 0)
