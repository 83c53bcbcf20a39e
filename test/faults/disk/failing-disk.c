/*
 * A disk that fails, for one process: preloaded, it stands between the program and its C library. What fails is said by the
 * environment; everything else passes through.
 *
 *   DISK_FILE     "device:inode ..." of the files whose reads are meddled with, in decimal
 *   DISK_BAD      "start-end ..." bytes that cannot be read; a read gives what lies before them, and fails at them
 *   DISK_ERRNO    the error of such a read, EIO if not said
 *   DISK_WHOLE    set: a read that touches such bytes fails as a whole
 *   DISK_SHORT    a read gives at most so many bytes
 *   DISK_END      a read gives no byte from this position on
 *   DISK_EINTR    so many reads in a row are interrupted before one is let through
 *   DISK_RATE     bytes of those files in a second, of all threads together: one that reads waits for its turn ...
 *   DISK_KEPT     ... but not for what it or another thread read before, as of a file of which the system keeps what was read
 *   DISK_FULL     folder in which no file can grow: writing fails with ENOSPC ...
 *   DISK_ROOM     ... after so many bytes
 *   DISK_WRITE    error number of writing there, instead of ENOSPC
 *   DISK_READONLY folder in which nothing can be made, changed or removed: EROFS
 *   DISK_DENIED   the same: EACCES
 *   DISK_STDOUT   error number of every write to standard output
 *   DISK_MOMENTS  file that counts, over all processes and threads, what changes a regular file or a folder: writes, new files, renames, removals ...
 *   DISK_KILL     ... and SIGKILL comes at the one of this number: half-way where it is a write, else before it
 *   DISK_LOG      file that gets a line for every fault, so that a test knows that it happened
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static void note(const char *what, long long at) {
  const char *path = getenv("DISK_LOG");
  char line[96];
  int length, log, kept = errno;
  if (path == NULL) return;
  length = snprintf(line, sizeof line, "%s %lld\n", what, at);
  log = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (log >= 0) {
    syscall(SYS_write, log, line, (size_t)length);
    syscall(SYS_close, log);
  }
  errno = kept;
}

static int is_failing_file(int fd) {
  const char *at = getenv("DISK_FILE");
  struct stat found;
  unsigned long long device, inode;
  int taken;
  if (at == NULL || fstat(fd, &found) != 0) return 0;
  for (; sscanf(at, " %llu:%llu%n", &device, &inode, &taken) == 2; at += taken)
    if (device == (unsigned long long)found.st_dev && inode == (unsigned long long)found.st_ino) return 1;
  return 0;
}

/* How many bytes of a read may come: 0 is the end, below 0 the negated error. */
static long long allowed(long long start, long long count) {
  const char *text = getenv("DISK_BAD");
  const char *given;
  unsigned long long from, to;
  long long most = count;
  int taken;
  static __thread int interrupted = 0;
  if ((given = getenv("DISK_EINTR")) != NULL) {
    if (interrupted < atoi(given)) {
      interrupted += 1;
      note("EINTR", start);
      return -EINTR;
    }
    interrupted = 0;
  }
  if ((given = getenv("DISK_END")) != NULL) {
    long long end = strtoll(given, NULL, 0);
    if (start + most > end) {
      note("END", start);
      most = start >= end ? 0 : end - start;
    }
  }
  if (text != NULL)
    for (; sscanf(text, " %lli-%lli%n", (long long *)&from, (long long *)&to, &taken) == 2; text += taken) {
      long long first = (long long)from;
      if (start + most <= first || start >= (long long)to) continue;
      note("BAD", start);
      if (start >= first || getenv("DISK_WHOLE") != NULL) return (given = getenv("DISK_ERRNO")) == NULL ? -EIO : -atoi(given);
      most = first - start;
    }
  if ((given = getenv("DISK_SHORT")) != NULL && most > atoi(given)) {
    note("SHORT", start);
    most = atoi(given);
  }
  return most;
}

/* Which bytes of a read, in whole blocks of 4 KiB, no thread has read yet; DISK_KEPT is for one file of at most 64 GiB. */
static long long not_kept(long long start, long long count) {
  static unsigned char kept[(64LL << 30) / 4096];
  long long fresh = 0;
  long long block;
  if (getenv("DISK_KEPT") == NULL) return count;
  for (block = start / 4096; block * 4096 < start + count && block < (long long)sizeof kept; block += 1) {
    if (kept[block] == 0) fresh += 4096;
    kept[block] = 1;
  }
  return fresh < count ? fresh : count;
}

/* A source of so many bytes a second: each read takes its time after those before it. */
static void take_time(long long bytes) {
  const char *given = getenv("DISK_RATE");
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static double free_at = 0;
  struct timespec now, pause;
  double begin, left;
  if (given == NULL || bytes <= 0) return;
  clock_gettime(CLOCK_MONOTONIC, &now);
  begin = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
  pthread_mutex_lock(&lock);
  free_at = (free_at > begin ? free_at : begin) + (double)bytes / atof(given);
  left = free_at - begin;
  pthread_mutex_unlock(&lock);
  pause.tv_sec = (time_t)left;
  pause.tv_nsec = (long)((left - (double)pause.tv_sec) * 1e9);
  nanosleep(&pause, NULL);
}

static ssize_t read_at(int fd, void *buffer, size_t count, off64_t offset) {
  long long most;
  if (count == 0 || !is_failing_file(fd)) return REAL(pread64)(fd, buffer, count, offset);
  most = allowed(offset, (long long)count);
  if (most < 0) {
    errno = (int)-most;
    return -1;
  }
  take_time(not_kept(offset, most));
  return most == 0 ? 0 : REAL(pread64)(fd, buffer, (size_t)most, offset);
}

ssize_t pread64(int fd, void *buffer, size_t count, off64_t offset) { return read_at(fd, buffer, count, offset); }
ssize_t pread(int fd, void *buffer, size_t count, off_t offset) { return read_at(fd, buffer, count, offset); }

ssize_t preadv64(int fd, const struct iovec *parts, int count, off64_t offset) {
  if (count < 1 || !is_failing_file(fd)) return REAL(preadv64)(fd, parts, count, offset);
  return read_at(fd, parts[0].iov_base, parts[0].iov_len, offset);
}
ssize_t preadv(int fd, const struct iovec *parts, int count, off_t offset) { return preadv64(fd, parts, count, offset); }

ssize_t read(int fd, void *buffer, size_t count) {
  off64_t at;
  long long most;
  if (count == 0 || !is_failing_file(fd) || (at = lseek64(fd, 0, SEEK_CUR)) < 0) return REAL(read)(fd, buffer, count);
  most = allowed(at, (long long)count);
  if (most < 0) {
    errno = (int)-most;
    return -1;
  }
  take_time(most);
  return most == 0 ? 0 : REAL(read)(fd, buffer, (size_t)most);
}
ssize_t readv(int fd, const struct iovec *parts, int count) {
  if (count < 1 || !is_failing_file(fd)) return REAL(readv)(fd, parts, count);
  return read(fd, parts[0].iov_base, parts[0].iov_len);
}

static volatile long long *moments = NULL;

static void map_moments(void) {
  const char *path = getenv("DISK_MOMENTS");
  void *mapped;
  int file;
  if (path == NULL || (file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT, 0600)) < 0) return;
  syscall(SYS_ftruncate, file, sizeof *moments);
  mapped = mmap(NULL, sizeof *moments, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  syscall(SYS_close, file);
  if (mapped != MAP_FAILED) moments = mapped;
}

/* Counts one change. True where it is the last thing that this process begins. */
static int is_last(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  const char *given = getenv("DISK_KILL");
  long long number;
  pthread_once(&once, map_moments);
  if (moments == NULL) return 0;
  number = __sync_add_and_fetch(moments, 1);
  return given != NULL && number == atoll(given);
}
static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}
static void change(void) {
  if (is_last()) die();
}
static int is_last_write(int fd) {
  struct stat found;
  return fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && is_last();
}

static int lies_in(const char *path, const char *folder) {
  size_t length;
  if (path == NULL || folder == NULL) return 0;
  length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static int is_full(int fd, size_t count) {
  static long long written = 0;
  const char *folder = getenv("DISK_FULL");
  const char *room = getenv("DISK_ROOM");
  char link[64], path[4096];
  ssize_t length;
  if (folder == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  if (!lies_in(path, folder)) return 0;
  if (room != NULL && written + (long long)count <= strtoll(room, NULL, 0)) {
    written += (long long)count;
    return 0;
  }
  note("FULL", (long long)count);
  return 1;
}

static int breaks_output(int fd) {
  const char *given = fd == 1 ? getenv("DISK_STDOUT") : NULL;
  if (given == NULL) return 0;
  note("STDOUT", fd);
  errno = atoi(given);
  return 1;
}

static int write_error(void) {
  const char *given = getenv("DISK_WRITE");
  return given == NULL ? ENOSPC : atoi(given);
}

#define FAIL_WHEN_FULL(fd, count)  \
  if (breaks_output(fd)) return -1; \
  if (is_full(fd, count)) {         \
    errno = write_error();          \
    return -1;                      \
  }

ssize_t write(int fd, const void *buffer, size_t count) {
  FAIL_WHEN_FULL(fd, count)
  if (is_last_write(fd)) {
    REAL(write)(fd, buffer, count / 2);
    die();
  }
  return REAL(write)(fd, buffer, count);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  FAIL_WHEN_FULL(fd, count < 1 ? 0 : parts[0].iov_len)
  if (is_last_write(fd)) {
    REAL(writev)(fd, parts, count / 2);
    die();
  }
  return REAL(writev)(fd, parts, count);
}
ssize_t pwrite64(int fd, const void *buffer, size_t count, off64_t offset) {
  FAIL_WHEN_FULL(fd, count)
  if (is_last_write(fd)) {
    REAL(pwrite64)(fd, buffer, count / 2, offset);
    die();
  }
  return REAL(pwrite64)(fd, buffer, count, offset);
}
ssize_t pwrite(int fd, const void *buffer, size_t count, off_t offset) { return pwrite64(fd, buffer, count, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  FAIL_WHEN_FULL(fd, count < 1 ? 0 : parts[0].iov_len)
  if (is_last_write(fd)) {
    REAL(pwritev64)(fd, parts, count / 2, offset);
    die();
  }
  return REAL(pwritev64)(fd, parts, count, offset);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return pwritev64(fd, parts, count, offset); }
int ftruncate64(int fd, off64_t length) {
  FAIL_WHEN_FULL(fd, (size_t)length)
  change();
  return REAL(ftruncate64)(fd, length);
}

static int refuses(const char *path) {
  int denied = lies_in(path, getenv("DISK_DENIED"));
  if (!denied && !lies_in(path, getenv("DISK_READONLY"))) return 0;
  note(denied ? "DENIED" : "READONLY", 0);
  errno = denied ? EACCES : EROFS;
  return 1;
}
static int writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0; }

#define OPEN(name)                                               \
  int name(const char *path, int flags, ...) {                   \
    va_list more;                                                \
    mode_t mode;                                                 \
    va_start(more, flags);                                       \
    mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0; \
    va_end(more);                                                \
    if (writes(flags) && refuses(path)) return -1;               \
    if (flags & O_CREAT) change();                               \
    return REAL(name)(path, flags, mode);                        \
  }
OPEN(open)
OPEN(open64)

int openat(int folder, const char *path, int flags, ...) {
  va_list more;
  mode_t mode;
  va_start(more, flags);
  mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0;
  va_end(more);
  if (writes(flags) && refuses(path)) return -1;
  if (flags & O_CREAT) change();
  return REAL(openat)(folder, path, flags, mode);
}
int mkdir(const char *path, mode_t mode) {
  struct stat found;
  /* What is there already is found first, as a file system does. */
  if (stat(path, &found) == 0) return REAL(mkdir)(path, mode);
  if (refuses(path)) return -1;
  change();
  return REAL(mkdir)(path, mode);
}
int unlink(const char *path) {
  if (refuses(path)) return -1;
  change();
  return REAL(unlink)(path);
}
int rmdir(const char *path) {
  if (refuses(path)) return -1;
  change();
  return REAL(rmdir)(path);
}
int link(const char *from, const char *to) {
  if (refuses(to)) return -1;
  change();
  return REAL(link)(from, to);
}
int rename(const char *from, const char *to) {
  if (refuses(from) || refuses(to)) return -1;
  change();
  return REAL(rename)(from, to);
}
