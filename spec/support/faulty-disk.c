/*
 * Preloaded into a process whose disk is to misbehave, between the process and the C library:
 *
 *   FAULTY_DISK_SWALLOW=1           fsync and fdatasync say that all is well and do nothing
 *   FAULTY_DISK_KILL="<n> <path>"   the n-th write into that file does not happen: the process is killed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int writes;

static void before_write(int fd)
{
  const char *kill_at = getenv("FAULTY_DISK_KILL");
  char *victim;
  long nth;
  char link[64], path[PATH_MAX];
  ssize_t length;
  if (kill_at == NULL) return;
  nth = strtol(kill_at, &victim, 10);
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = '\0';
  if (strcmp(path, victim + 1) == 0 && ++writes == nth) kill(getpid(), SIGKILL);
}

typedef ssize_t (*writer)(int, const void *, size_t, off64_t);

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset)
{
  before_write(fd);
  return ((writer)dlsym(RTLD_NEXT, "pwrite64"))(fd, bytes, count, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
  return pwrite64(fd, bytes, count, offset);
}

static int swallow_or(const char *name, int fd)
{
  if (getenv("FAULTY_DISK_SWALLOW") != NULL) return 0;
  return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
}

int fsync(int fd)
{
  return swallow_or("fsync", fd);
}

int fdatasync(int fd)
{
  return swallow_or("fdatasync", fd);
}
