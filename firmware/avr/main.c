/* The serial protocol of protocol.h on an ATmega328P. */
#include <avr/io.h>

#include "protocol.h"

extern uint8_t __heap_start; /* the linker's: where static data ends */

uint8_t *free_ram(void) { return &__heap_start; }

uint16_t free_ram_bytes(void) { return (uint16_t)(RAMEND + 1 - (uint16_t)&__heap_start); }

static void send(uint8_t byte)
{
  while (!(UCSR0A & _BV(UDRE0))) {
  }
  UDR0 = byte;
}

static uint8_t receive(void)
{
  while (!(UCSR0A & _BV(RXC0))) {
  }
  return UDR0;
}

static void send16(uint16_t value)
{
  send((uint8_t)value);
  send((uint8_t)(value >> 8));
}

static void send32(int32_t value)
{
  send16((uint16_t)value);
  send16((uint16_t)((uint32_t)value >> 16));
}

static void hello(uint8_t status)
{
  send('F');
  send('G');
  send(PROTOCOL_VERSION);
  send(status);
  send(program_inputs());
  send(program_hidden());
  send(program_classes());
  send16((uint16_t)(RAMEND + 1 - RAMSTART - free_ram_bytes() + program_vector_bytes()));
}

static void receive_input(void)
{
  int16_t *x = program_input();
  uint8_t i;
  for (i = program_inputs(); i; i--) {
    uint8_t low = receive();
    *x++ = (int16_t)(low | (uint16_t)receive() << 8);
  }
}

static void serve(uint8_t command)
{
  const int16_t *h;
  uint8_t j;
  switch (command) {
  case 'R':
    GPIOR0 = MARK_RESET;
    program_reset();
    GPIOR0 = MARK_IDLE;
    send('R');
    break;
  case 'S':
    receive_input();
    GPIOR0 = MARK_STEP;
    program_step();
    GPIOR0 = MARK_IDLE;
    send('S');
    break;
  case 'H':
    h = program_state();
    for (j = program_hidden(); j; j--) send16((uint16_t)*h++);
    break;
  case 'L':
    program_logits(send32);
    break;
  case 'P':
    GPIOR0 = MARK_PREDICT;
    j = program_predict();
    GPIOR0 = MARK_IDLE;
    send(j);
    break;
  default:
    break;
  }
}

void refuse(uint8_t status, void (*explain)(uint8_t status, void (*send)(uint8_t byte)))
{
  hello(status);
  explain(status, send);
  for (;;) {
  }
}

int main(void)
{
  UBRR0 = 0; /* with U2X: 16 MHz / 8 = 2 Mbaud */
  UCSR0A = _BV(U2X0);
  UCSR0B = _BV(TXEN0) | _BV(RXEN0);
  program_open();
  hello(0);
  for (;;) serve(receive());
}
