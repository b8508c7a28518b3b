/* The start of a batch program on any Cortex-M: vectors, memory, semihosting by bkpt 0xab. */
#include "batch.h"

extern uint32_t data_load[], data_end[], bss_start[];

intptr_t host_call(intptr_t operation, const void *argument)
{
  register intptr_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

/* SYS_EXIT; 0x20026 is the normal end, anything else is an error to the host. */
static void leave(int code)
{
  host_call(0x18, (const void *)(code ? 0x20023 : 0x20026));
  for (;;) {
  }
}

static void reset_handler(void)
{
  uint32_t *from = data_load, *to;
  for (to = data_start; to < data_end;) *to++ = *from++;
  for (to = bss_start; to < bss_end;) *to++ = 0;
#if defined(__ARM_FP)
  *(volatile uint32_t *)0xe000ed88 |= 0xfu << 20; /* CPACR: the floating-point unit */
  __asm__ volatile("dsb\n isb");
#endif
  leave(batch_run());
}

static void fault(void) { leave(1); }

typedef void (*handler)(void);
__attribute__((section(".vectors"), used)) const struct {
  uint32_t *stack;
  handler handlers[15];
} vectors = {stack_top, {reset_handler, fault, fault, fault, fault, fault, fault, 0, 0, 0, fault, fault, 0, fault, fault}};
