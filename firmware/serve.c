#include "serve.h"

static void send16(uint16_t value)
{
  board_send((uint8_t)value);
  board_send((uint8_t)(value >> 8));
}

static void send32(int32_t value)
{
  send16((uint16_t)value);
  send16((uint16_t)((uint32_t)value >> 16));
}

static void hello(uint8_t status)
{
  board_send('F');
  board_send('G');
  board_send(PROTOCOL_VERSION);
  board_send(status);
  board_send(program_inputs());
  board_send(program_hidden());
  board_send(program_classes());
  send16((uint16_t)(board_ram_bytes() + program_vector_bytes()));
}

static void receive_input(void)
{
  int16_t *x = program_input();
  uint8_t i;
  for (i = program_inputs(); i; i--) {
    uint8_t low = board_receive();
    *x++ = (int16_t)(uint16_t)(low | board_receive() << 8);
  }
}

static void answer(uint8_t command)
{
  const int16_t *h;
  uint8_t j;
  switch (command) {
  case 'R':
    board_mark(MARK_RESET);
    program_reset();
    board_mark(MARK_IDLE);
    board_send('R');
    break;
  case 'S':
    receive_input();
    board_mark(MARK_STEP);
    program_step();
    board_mark(MARK_IDLE);
    board_send('S');
    break;
  case 'H':
    h = program_state();
    for (j = program_hidden(); j; j--) send16((uint16_t)*h++);
    break;
  case 'L':
    program_logits(send32);
    break;
  case 'P':
    board_mark(MARK_PREDICT);
    j = program_predict();
    board_mark(MARK_IDLE);
    board_send(j);
    break;
  default:
    break;
  }
}

void refuse(uint8_t status, void (*explain)(uint8_t status, void (*send)(uint8_t byte)))
{
  hello(status);
  explain(status, board_send);
  for (;;) {
  }
}

void serve(void)
{
  program_open();
  hello(0);
  for (;;) answer(board_receive());
}
