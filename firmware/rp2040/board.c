/*
 * A program for the RP2040 without any library: vectors, clocks, UART0 on GPIO 0 and 1 (115 200 baud, 8N1), and the
 * protocol of serve.h. Addresses and bits are those of the RP2040 datasheet.
 */
#include "../serve.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
/* Writes there set or clear the bits that are 1 (2.1.2, atomic register access). */
#define SET(address) REGISTER((address) + 0x2000u)
#define CLEAR(address) REGISTER((address) + 0x3000u)

enum {
  RESETS = 0x4000c000,
  RESETS_DONE = RESETS + 8,
  RESET_IO_BANK0 = 1 << 5,
  RESET_PADS_BANK0 = 1 << 8,
  RESET_PLL_SYS = 1 << 12,
  RESET_UART0 = 1 << 22,
  CLOCKS = 0x40008000,
  CLK_REF = CLOCKS + 0x30,
  CLK_SYS = CLOCKS + 0x3c,
  CLK_PERI = CLOCKS + 0x48,
  XOSC = 0x40024000,
  PLL_SYS = 0x40028000,
  WATCHDOG_SCRATCH0 = 0x4005800c,
  PADS_GPIO1 = 0x4001c008,
  GPIO0_CTRL = 0x40014004,
  GPIO1_CTRL = 0x4001400c,
  UART0 = 0x40034000,
  UART_FLAGS = UART0 + 0x18,
  UART_RECEIVE_EMPTY = 1 << 4,
  UART_SEND_FULL = 1 << 5
};

/* The linker's. */
extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[], stack_top[];

void board_send(uint8_t byte)
{
  while (REGISTER(UART_FLAGS) & UART_SEND_FULL) {
  }
  REGISTER(UART0) = byte;
}

uint8_t board_receive(void)
{
  while (REGISTER(UART_FLAGS) & UART_RECEIVE_EMPTY) {
  }
  return (uint8_t)REGISTER(UART0);
}

/* A register that keeps whatever is written to it. */
void board_mark(uint8_t mark) { REGISTER(WATCHDOG_SCRATCH0) = mark; }

uint16_t board_ram_bytes(void) { return (uint16_t)((bss_end - data_start) * 4); }

static void release(uint32_t bits)
{
  CLEAR(RESETS) = bits;
  while (~REGISTER(RESETS_DONE) & bits) {
  }
}

/* 12 MHz from the crystal, 125 MHz from the PLL (12 * 125 / 6 / 2) for the processor and the UART. */
static void start_clocks(void)
{
  /* A debugger's reset may leave the PLL in use: nothing runs from it while it is set. */
  CLEAR(CLK_SYS) = 3;
  while (!(REGISTER(CLK_SYS + 8) & 1)) {
  }
  REGISTER(XOSC + 0x0c) = 47;       /* start-up: about 1 ms */
  REGISTER(XOSC) = 0xfabaa0;        /* enable, 1 to 15 MHz */
  while (!(REGISTER(XOSC + 4) >> 31)) {
  }
  REGISTER(CLK_REF) = 2;            /* the crystal */
  while (!(REGISTER(CLK_REF + 8) & 1 << 2)) {
  }
  SET(RESETS) = RESET_PLL_SYS;
  release(RESET_PLL_SYS);
  REGISTER(PLL_SYS) = 1;            /* reference divided by 1 */
  REGISTER(PLL_SYS + 8) = 125;      /* times 125 */
  CLEAR(PLL_SYS + 4) = 0x21;        /* power to PLL and VCO */
  while (!(REGISTER(PLL_SYS) >> 31)) {
  }
  REGISTER(PLL_SYS + 12) = 6 << 16 | 2 << 12;
  CLEAR(PLL_SYS + 4) = 0x08;        /* power to the dividers behind it */
  REGISTER(CLK_SYS) = 0;            /* which PLL is chosen while clk_sys runs from clk_ref ... */
  REGISTER(CLK_SYS) = 1;            /* ... and then taken */
  REGISTER(CLK_PERI) = 1 << 11;     /* clk_sys */
}

static void start_uart(void)
{
  release(RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_UART0);
  REGISTER(PADS_GPIO1) = 0x5a; /* pulled up, so that a line with nothing at its end stays silent */
  REGISTER(GPIO0_CTRL) = 2;
  REGISTER(GPIO1_CTRL) = 2;
  REGISTER(UART0 + 0x24) = 67; /* 125 MHz / (16 * 115 200) = 67 + 52 / 64 */
  REGISTER(UART0 + 0x28) = 52;
  REGISTER(UART0 + 0x2c) = 0x70; /* 8 bits, FIFOs */
  REGISTER(UART0 + 0x30) = 0x301;
}

static void reset_handler(void)
{
  uint32_t *from = data_load, *to;
  for (to = data_start; to < data_end;) *to++ = *from++;
  for (to = bss_start; to < bss_end;) *to++ = 0;
  start_clocks();
  start_uart();
  serve();
}

static void fault(void)
{
  for (;;) {
  }
}

typedef void (*handler)(void);
__attribute__((section(".vectors"), used)) const struct {
  uint32_t *stack;
  handler handlers[15];
} vectors = {stack_top, {reset_handler, fault, fault, fault, fault, fault, fault, 0, 0, 0, fault, fault, 0, fault, fault}};
