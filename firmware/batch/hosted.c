/*
 * A batch program (batch.h) under an operating system, from in.bin to out.bin in the working folder; it says 0 of its memory.
 */
#include <stdio.h>

#include "../avr/protocol.h"

static FILE *output;

static void put(const void *from, uint16_t bytes) { fwrite(from, 1, bytes, output); }

int main(void)
{
  const size_t inputs = program_inputs(), hidden = program_hidden();
  const uint32_t no_memory[2] = {0, 0};
  FILE *input = fopen("in.bin", "rb");
  uint32_t steps;
  output = fopen("out.bin", "wb");
  if (!input || !output) return 1;
  program_open();
  while (fread(&steps, sizeof steps, 1, input) == 1) {
    int32_t prediction;
    program_reset();
    for (; steps > 0; steps--) {
      if (fread(program_input(), sizeof(network_value), inputs, input) != inputs) return 1;
      program_step();
      fwrite(program_state(), sizeof(network_value), hidden, output);
    }
    program_logits(put);
    prediction = program_predict();
    put(&prediction, sizeof prediction);
  }
  put(no_memory, sizeof no_memory);
  return fclose(output) == 0 ? 0 : 1;
}
