#include "serve.h"

/* Numbers go as they lie in memory, the low byte first. */
static __attribute__((noinline)) void send_memory(const void *from, uint16_t bytes)
{
  const uint8_t *at = from;
  for (; bytes; bytes--) board_send(*at++);
}

static void hello(uint8_t status)
{
  uint16_t used = (uint16_t)(board_ram_bytes() + program_vector_bytes());
  board_send('F');
  board_send('G');
  board_send(PROTOCOL_VERSION);
  board_send(status);
  board_send(program_inputs());
  board_send(program_hidden());
  board_send(program_classes());
  board_send((uint8_t)used);
  board_send((uint8_t)(used >> 8));
}

static void answer(uint8_t command)
{
  if (command == 'H') {
    send_memory(program_state(), (uint16_t)(sizeof(network_value) * program_hidden()));
  } else if (command == 'L') {
    program_logits(send_memory);
  } else if (command == 'P' || command == 'R' || command == 'S') {
    uint8_t byte = command;
    if (command == 'R') {
      board_mark(MARK_RESET);
      program_reset();
    } else if (command == 'S') {
      uint8_t *x = (uint8_t *)program_input();
      uint16_t bytes;
      for (bytes = (uint16_t)(sizeof(network_value) * program_inputs()); bytes; bytes--) *x++ = board_receive();
      board_mark(MARK_STEP);
      program_step();
    } else {
      board_mark(MARK_PREDICT);
      byte = program_predict();
    }
    board_mark(MARK_IDLE);
    board_send(byte);
  }
}

static void send_byte(uint8_t byte) { board_send(byte); }

void refuse(uint8_t status, void (*explain)(uint8_t status, void (*send)(uint8_t byte)))
{
  hello(status);
  explain(status, send_byte);
  for (;;) {
  }
}

void serve(void)
{
  program_open();
  hello(0);
  for (;;) answer(board_receive());
}
