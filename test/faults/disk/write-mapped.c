/*
 * Flips bits of a byte of a file through a shared mapping, as a program does that keeps the file mapped.
 * Usage: write-mapped FILE OFFSET
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct stat stats;
	int fd = argc == 3 ? open(argv[1], O_RDWR) : -1;
	if (fd < 0 || fstat(fd, &stats) != 0)
		return 1;
	unsigned char *bytes = mmap(NULL, stats.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return 1;
	bytes[atoll(argv[2])] ^= 0xff;
	return munmap(bytes, stats.st_size) != 0;
}
