"""A line for each page of a dump as libkdumpfile reads it: its SHA-256, or a dash where it gives none. First line: architecture, page size, CPUs, release."""
import hashlib
import sys

import kdumpfile

dump = kdumpfile.kdumpfile(sys.argv[1])
attributes = dump.attr
size = int(attributes["arch"]["page_size"])
print(attributes["arch"]["name"], size, attributes["cpu"]["number"], attributes["linux"]["uts"]["release"])
for frame in range(int(attributes["max_pfn"])):
    try:
        page = bytes(dump.read(kdumpfile.KDUMP_MACHPHYSADDR, frame * size, size))
    except Exception:  # The exceptions of 0.5.1 have no common class.
        print("-")
    else:
        print(hashlib.sha256(page).hexdigest())
