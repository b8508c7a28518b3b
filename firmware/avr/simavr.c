/*
 * Runs a program of protocol.h in simavr, a second simulator of the ATmega328P beside avr8js: run FLASH SCRIPT OUTPUT.
 *
 * FLASH is all of flash as it is. SCRIPT is a list of exchanges, uint16 numbers little-endian: how many bytes to send, how many to
 * wait for, and the bytes. OUTPUT is everything received, then for each mark that was taken back uint32 mark and uint32 cycles,
 * and at the end uint32 how many these are.
 */
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLASH_BYTES = 32768, GPIOR0_ADDRESS = 0x3e, MOST_MARKS = 1 << 22 };

/* A program that answers nothing for so long has gone astray. */
static const avr_cycle_count_t patience = 40000000;

static FILE *output;
static unsigned received;
static int ready = 1; /* whether the UART takes a byte */
static struct { uint32_t mark, cycles; } *marks;
static uint32_t mark_count, mark;
static avr_cycle_count_t since;

static void on_byte(struct avr_irq_t *irq, uint32_t value, void *unused)
{
  (void)irq;
  (void)unused;
  fputc((int)value, output);
  received++;
}

static void on_ready(struct avr_irq_t *irq, uint32_t value, void *unused)
{
  (void)irq;
  (void)value;
  (void)unused;
  ready = 1;
}

static void on_full(struct avr_irq_t *irq, uint32_t value, void *unused)
{
  (void)irq;
  (void)value;
  (void)unused;
  ready = 0;
}

static void on_mark(struct avr_t *avr, avr_io_addr_t address, uint8_t value, void *unused)
{
  (void)unused;
  avr->data[address] = value;
  if (value == 0 && mark_count < MOST_MARKS) {
    marks[mark_count].mark = mark;
    marks[mark_count++].cycles = (uint32_t)(avr->cycle - since);
  }
  mark = value;
  since = avr->cycle;
}

/* Runs until all bytes are sent and as many have come back. */
static int exchange(avr_t *avr, avr_irq_t *input, const uint8_t *bytes, unsigned count, unsigned wanted)
{
  const avr_cycle_count_t limit = avr->cycle + patience;
  unsigned sent = 0;
  received = 0;
  while (sent < count || received < wanted) {
    int state;
    if (sent < count && ready) avr_raise_irq(input, bytes[sent++]);
    state = avr_run(avr);
    if (state == cpu_Done || state == cpu_Crashed || avr->cycle > limit) return 0;
  }
  return received == wanted;
}

int main(int argc, char **argv)
{
  uint8_t numbers[4], *bytes = malloc(65536);
  uint32_t flags = 0;
  avr_t *avr = avr_make_mcu_by_name("atmega328p");
  avr_irq_t *input;
  FILE *flash, *script;
  if (argc != 4 || !avr || !bytes) return 2;
  marks = malloc(sizeof *marks * MOST_MARKS);
  flash = fopen(argv[1], "rb");
  script = fopen(argv[2], "rb");
  output = fopen(argv[3], "wb");
  if (!marks || !flash || !script || !output) return 2;
  avr_init(avr);
  avr->frequency = 16000000;
  if (fread(avr->flash, 1, FLASH_BYTES, flash) != FLASH_BYTES) return 2;
  avr->codeend = avr->flashend;
  avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
  flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  input = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_byte, NULL);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XON), on_ready, NULL);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XOFF), on_full, NULL);
  avr_register_io_write(avr, GPIOR0_ADDRESS, on_mark, NULL);
  while (fread(numbers, 1, 4, script) == 4) {
    const unsigned count = (unsigned)(numbers[0] | numbers[1] << 8), wanted = (unsigned)(numbers[2] | numbers[3] << 8);
    if (fread(bytes, 1, count, script) != count) return 2;
    if (!exchange(avr, input, bytes, count, wanted)) return 3;
  }
  fwrite(marks, sizeof *marks, mark_count, output);
  fwrite(&mark_count, sizeof mark_count, 1, output);
  return fclose(output) == 0 ? 0 : 2;
}
