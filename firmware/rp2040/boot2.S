/*
 * The second stage of an RP2040's boot. The boot ROM copies these 256 bytes from the beginning of flash into RAM, compares the
 * checksum in the last four, and runs them. They switch on execution from flash by the plain read command 03h, which every
 * serial flash chip knows, and start the program whose vectors stand behind them. They run at any address.
 *
 * Registers and fields are those of the RP2040 datasheet, 4.10 (SSI) and 2.8.1.3 (flash boot).
 */
.syntax unified
.cpu cortex-m0plus
.thumb
.section .boot2, "ax"

#define SSI_CTRLR0 0x00
#define SSI_CTRLR1 0x04
#define SSI_SSIENR 0x08
#define SSI_BAUDR 0x14

.global boot2
.type boot2, %function
.thumb_func
boot2:
  ldr r3, ssi
  movs r0, #0
  str r0, [r3, #SSI_SSIENR]   /* off while it is changed */
  movs r1, #4
  str r1, [r3, #SSI_BAUDR]    /* a quarter of the processor's clock: 31 MHz at 125 MHz, of 50 that chips take */
  ldr r1, ctrlr0
  str r1, [r3, #SSI_CTRLR0]
  str r0, [r3, #SSI_CTRLR1]   /* one frame a read */
  ldr r1, spi_ctrlr0
  ldr r2, spi_ctrlr0_address
  str r1, [r2]
  movs r1, #1
  str r1, [r3, #SSI_SSIENR]

  ldr r0, vectors_address
  ldr r1, vtor
  str r0, [r1]
  ldmia r0!, {r1, r2}         /* the stack's end, the reset handler */
  msr msp, r1
  bx r2

.balign 4
ssi: .word 0x18000000
ctrlr0: .word 31 << 16 | 3 << 8             /* 32 bits a frame; one wire; send command and address, then read */
spi_ctrlr0: .word 0x03 << 24 | 2 << 8 | 6 << 2 /* the command 03h: 8 bits of it, then 6 times 4 bits of address */
spi_ctrlr0_address: .word 0x180000f4
vectors_address: .word 0x10000100
vtor: .word 0xe000ed08

.org 252
.word 0x35c5b51e /* CRC-32/MPEG-2 of the 252 bytes before it; tools/build-runtimes.mjs checks it, and says the right one */
