/* An ATmega328P under the serial protocol. */
#include <avr/io.h>

#include "../serve.h"

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

void board_send(uint8_t byte)
{
  register uint8_t r24 __asm__("r24") = byte;
  __asm__ volatile("call send_r24" : : "r"(r24) : "r25");
}

__attribute__((noinline)) uint8_t board_receive(void)
{
  while (!(UCSR0A & _BV(RXC0))) {
  }
  return UDR0;
}

void board_mark(uint8_t mark) { GPIOR0 = mark; }

uint16_t board_ram_bytes(void) { return (uint16_t)(RAMEND + 1 - RAMSTART - free_ram_bytes()); }

/* Here, so that the compiler sees both sides of it. */
#include "../serve.c"

__attribute__((OS_main)) int main(void)
{
  UBRR0 = 0; /* with U2X: 16 MHz / 8 = 2 Mbaud */
  UCSR0A = _BV(U2X0);
  UCSR0B = _BV(TXEN0) | _BV(RXEN0);
  serve();
}
