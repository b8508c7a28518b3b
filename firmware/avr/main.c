/* The serial protocol of protocol.h on an ATmega328P. */
#include <avr/io.h>

#include "protocol.h"

extern uint8_t __heap_start; /* the linker's: where static data ends */

uint8_t *free_ram(void) { return &__heap_start; }

uint16_t free_ram_bytes(void) { return (uint16_t)(RAMEND + 1 - (uint16_t)&__heap_start); }

/*
 * Where the part starts, in place of the C library's start: nothing here is interrupted, so no table of interrupts is needed. The
 * linker puts constant tables behind the jump, and what clears static data between the two parts of `begin`.
 */
__attribute__((naked, used, section(".vectors"))) void reset_vector(void) { __asm__ volatile("jmp begin"); }

__attribute__((naked, used, section(".init0"))) void begin(void)
{
  __asm__ volatile("clr r1 \n ldi r28, lo8(%0) \n ldi r29, hi8(%0) \n out 0x3e, r29 \n out 0x3d, r28" : : "i"(RAMEND));
}

__attribute__((naked, used, section(".init9"))) void begin_main(void) { __asm__ volatile("rjmp main"); }

/* Sends r24 and changes r25 alone, so that callers keep what they have in registers. */
__attribute__((naked, noinline, used)) void send_r24(void)
{
  __asm__ volatile("0: lds r25, %0 \n sbrs r25, %1 \n rjmp 0b \n sts %2, r24 \n ret"
                   :
                   : "n"(_SFR_MEM_ADDR(UCSR0A)), "n"(UDRE0), "n"(_SFR_MEM_ADDR(UDR0)));
}

static inline void send(uint8_t byte)
{
  register uint8_t r24 __asm__("r24") = byte;
  __asm__ volatile("call send_r24" : : "r"(r24) : "r25");
}

static __attribute__((noinline)) uint8_t receive(void)
{
  while (!(UCSR0A & _BV(RXC0))) {
  }
  return UDR0;
}

/* A number as it lies in memory, the low byte first. */
static __attribute__((noinline)) void send_memory(const void *from, uint16_t bytes)
{
  const uint8_t *at = from;
  for (; bytes; bytes--) send(*at++);
}

static __attribute__((noinline)) void send_logit(int32_t logit)
{
  send((uint8_t)logit);
  send((uint8_t)((uint32_t)logit >> 8));
  send((uint8_t)((uint32_t)logit >> 16));
  send((uint8_t)((uint32_t)logit >> 24));
}

static void hello(uint8_t status)
{
  uint16_t used = (uint16_t)(RAMEND + 1 - RAMSTART - free_ram_bytes() + program_vector_bytes());
  send('F');
  send('G');
  send(PROTOCOL_VERSION);
  send(status);
  send(program_inputs());
  send(program_hidden());
  send(program_classes());
  send((uint8_t)used);
  send((uint8_t)(used >> 8));
}

static void serve(uint8_t command)
{
  if (command == 'H') {
    send_memory(program_state(), (uint16_t)(2 * program_hidden()));
  } else if (command == 'L') {
    program_logits(send_logit);
  } else if (command == 'P' || command == 'R' || command == 'S') {
    uint8_t answer = command;
    if (command == 'R') {
      GPIOR0 = MARK_RESET;
      program_reset();
    } else if (command == 'S') {
      uint8_t *x = (uint8_t *)program_input();
      uint16_t bytes;
      for (bytes = (uint16_t)(2 * program_inputs()); bytes; bytes--) *x++ = receive();
      GPIOR0 = MARK_STEP;
      program_step();
    } else {
      GPIOR0 = MARK_PREDICT;
      answer = program_predict();
    }
    GPIOR0 = MARK_IDLE;
    send(answer);
  }
}

static void send_byte(uint8_t byte) { send(byte); }

void refuse(uint8_t status, void (*explain)(uint8_t status, void (*send)(uint8_t byte)))
{
  hello(status);
  explain(status, send_byte);
  for (;;) {
  }
}

__attribute__((OS_main)) int main(void)
{
  UBRR0 = 0; /* with U2X: 16 MHz / 8 = 2 Mbaud */
  UCSR0A = _BV(U2X0);
  UCSR0B = _BV(TXEN0) | _BV(RXEN0);
  program_open();
  hello(0);
  for (;;) serve(receive());
}
