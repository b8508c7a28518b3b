#include "batch.h"

#include "../avr/protocol.h"

enum { HOST_OPEN = 1, HOST_CLOSE = 2, HOST_WRITE = 5, HOST_READ = 6, READ_BINARY = 1, WRITE_BINARY = 5 };

static const uint32_t paint = 0xc5c5c5c5;

static intptr_t output;

static intptr_t open_file(const char *name, intptr_t length, intptr_t mode)
{
  struct { const char *name; intptr_t mode, length; } argument;
  argument.name = name;
  argument.mode = mode;
  argument.length = length;
  return host_call(HOST_OPEN, &argument);
}

/* Reads or writes; returns how many bytes are missing. */
static intptr_t transfer(intptr_t operation, intptr_t file, const void *at, intptr_t bytes)
{
  struct { intptr_t file; const void *at; intptr_t bytes; } argument;
  argument.file = file;
  argument.at = at;
  argument.bytes = bytes;
  return host_call(operation, &argument);
}

static void put(const void *from, uint16_t bytes) { transfer(HOST_WRITE, output, from, bytes); }

static void put32(int32_t value) { put(&value, sizeof value); }

__attribute__((noinline)) void batch_idle(void) { __asm__ volatile(""); }

static void run_sequence(intptr_t input, uint32_t steps)
{
  const intptr_t value = sizeof(network_value);
  const intptr_t input_bytes = value * program_inputs(), state_bytes = value * program_hidden();
  uint8_t prediction;
  program_reset();
  batch_idle();
  for (; steps; steps--) {
    transfer(HOST_READ, input, program_input(), input_bytes);
    program_step();
    batch_idle();
    transfer(HOST_WRITE, output, program_state(), state_bytes);
  }
  program_logits(put);
  prediction = program_predict();
  batch_idle();
  put32(prediction);
}

/* Everything below this function's own frame. */
static __attribute__((noinline)) void paint_stack(void)
{
  uint32_t *at, *frame = __builtin_frame_address(0);
  for (at = bss_end; at < frame - 16; at++) *at = paint;
}

static uint32_t stack_bytes(void)
{
  const uint32_t *untouched = bss_end;
  while (*untouched == paint) untouched++;
  return (uint32_t)(4 * (stack_top - untouched));
}

int batch_run(void)
{
  uint32_t steps;
  intptr_t input = open_file("in.bin", 6, READ_BINARY);
  output = open_file("out.bin", 7, WRITE_BINARY);
  if (input < 0 || output < 0) return 1;
  paint_stack();
  program_open();
  while (!transfer(HOST_READ, input, &steps, 4)) run_sequence(input, steps);
  put32((int32_t)(4 * (bss_end - data_start)));
  put32((int32_t)stack_bytes());
  transfer(HOST_CLOSE, output, 0, 0);
  return 0;
}
