// The kernels as a program of their own, for processors that can only be emulated: reads a request from standard input, runs
// it, writes the arena back to standard output, until the input ends. src/testing/kernel-server.ts is the other end.
//
//   request = offset of the program in words, words of the arena (both int32), then the arena
//   answer  = the arena
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

void run(float *arena, int program);

// Whether all `bytes` came; 0 at the end of the input.
static int receive(void *to, size_t bytes) {
  for (char *p = to; bytes;) {
    ssize_t got = read(STDIN_FILENO, p, bytes);
    if (got <= 0) return 0;
    p += got, bytes -= (size_t)got;
  }
  return 1;
}

static int send(const void *from, size_t bytes) {
  for (const char *p = from; bytes;) {
    ssize_t sent = write(STDOUT_FILENO, p, bytes);
    if (sent <= 0) return 0;
    p += sent, bytes -= (size_t)sent;
  }
  return 1;
}

int main(void) {
  int32_t request[2];
  float *arena = 0;
  size_t room = 0;
  while (receive(request, sizeof request)) {
    size_t bytes = 4 * (size_t)request[1];
    if (bytes > room) {
      free(arena);
      room = (bytes + 63) / 64 * 64;
      arena = aligned_alloc(64, room);
      if (!arena) return 1;
    }
    if (!receive(arena, bytes)) return 1;
    run(arena, request[0]);
    if (!send(arena, bytes)) return 1;
  }
  free(arena);
  return 0;
}
