/* The start of a batch program on RV32 in machine mode, and RISC-V's semihosting. */
#include "batch.h"

extern uint32_t bss_start[];

/* The three instructions must stand uncompressed, in one page. */
__attribute__((naked, noinline, aligned(16))) intptr_t host_call(intptr_t operation, const void *argument)
{
  (void)operation;
  (void)argument;
  __asm__ volatile(
    ".option push\n .option norvc\n slli x0, x0, 0x1f\n ebreak\n srai x0, x0, 7\n ret\n .option pop");
}

/* SYS_EXIT takes a reason and a code by reference on 32 bits of RISC-V as on 64 of Arm. */
__attribute__((noreturn, used)) static void begin(void)
{
  uint32_t *at;
  struct { intptr_t reason, code; } end = {0x20026, 0};
  for (at = bss_start; at < bss_end;) *at++ = 0;
  if (batch_run()) end.reason = 0x20023;
  host_call(0x18, (const void *)end.reason);
  for (;;) {
  }
}

__attribute__((naked, section(".vectors"), used)) void start(void)
{
  __asm__ volatile(
    ".option push\n .option norelax\n la gp, __global_pointer$\n .option pop\n la sp, stack_top\n j %0" : : "i"(begin));
}
