; The inner loops of rows.h for AVR: 26.5 cycles a nonzero of a sparse row, 21 an entry of a dense one (32-bit sums).
;
; Registers on entry: Z (r31:r30) the stream in flash, X (r27:r26) the vector, r21:r20 the struct matrix.
; On return: r25..r22 the shifted sum, Z behind the row. Changed: r0, r13..r21, X. r1 is 0 again.

#define SUM0 r22
#define SUM1 r23
#define SUM2 r24
#define SUM3 r25
#define BYTES r13   /* whole bytes to shift by */
#define FACTOR r16  /* before that, multiply by this */
#define ZERO r17
#define WEIGHT r18
#define LOW r19     /* of the operand; then the sign of a product */
#define HIGH r20
#define COUNT r21

; sum += WEIGHT * the next operand
.macro accumulate
  ld LOW, X+
  ld HIGH, X+
  mulsu WEIGHT, LOW
  sbc LOW, LOW        ; 0 or -1: the carry of a product is its sign
  add SUM0, r0
  adc SUM1, r1
  adc SUM2, LOW
  adc SUM3, LOW
  muls WEIGHT, HIGH
  sbc HIGH, HIGH
  add SUM1, r0
  adc SUM2, r1
  adc SUM3, HIGH
.endm

.macro sparse
  lpm LOW, Z+         ; bytes to skip
  add r26, LOW
  adc r27, ZERO
  lpm WEIGHT, Z+
  accumulate
.endm

.macro dense
  lpm WEIGHT, Z+
  accumulate
.endm

.section .text.fastgrnn_rows, "ax", @progbits

.global fastgrnn_row
fastgrnn_row:
  movw r14, r30
  movw r30, r20
  ld SUM0, Z          ; struct matrix: start
  ldd SUM1, Z+1
  ldd SUM2, Z+2
  ldd SUM3, Z+3
  ldd COUNT, Z+4      ; columns
  ldd FACTOR, Z+5
  ldd BYTES, Z+6
  movw r30, r14
  clr ZERO
  tst COUNT
  brne dense_row
  rjmp sparse_row

dense_row:
  lsr COUNT           ; four entries a turn, one and two that are left over first
  brcc 1f
  dense
1:
  lsr COUNT
  brcc 2f
  dense
  dense
2:
  tst COUNT
  brne 3f
  rjmp shift
3:
  dense
  dense
  dense
  dense
  dec COUNT
  breq shift
  rjmp 3b

; The sum times FACTOR, a product of 5 bytes (r18, SUM3..SUM0), of which BYTES drop out below.
shift:
  mov HIGH, SUM3      ; where mulsu can take it
  mul SUM1, FACTOR
  movw r14, r0
  mul SUM0, FACTOR
  movw SUM0, r0
  mul SUM2, FACTOR
  movw SUM2, r0
  add SUM1, r14
  adc SUM2, r15
  adc SUM3, ZERO
  mulsu HIGH, FACTOR
  add SUM3, r0
  adc r1, ZERO
  mov r18, r1
  mov r19, r1         ; the sign in all bits of r19
  lsl r19
  sbc r19, r19
  lsr BYTES
  brcc 3f
  mov SUM0, SUM1
  mov SUM1, SUM2
  mov SUM2, SUM3
  mov SUM3, r18
  mov r18, r19
3:
  lsr BYTES           ; sets Z when it was not 4, which the moves below keep
  brcc 4f
  movw SUM0, SUM2
  mov SUM2, r18
  mov SUM3, r19
4:
  breq 5f
  mov SUM0, r18
  mov SUM1, r19
  mov SUM2, r19
  mov SUM3, r19
5:
  clr r1
  ret

sparse_row:
  lpm COUNT, Z+
  lsr COUNT
  brcc 6f
  sparse
6:
  tst COUNT
  brne 7f
  rjmp shift
7:
  sparse
  sparse
  dec COUNT
  brne 7b
  rjmp shift

; Only the shift of r25..r22, which holds its rounding term already. Z and X stay.
.global fastgrnn_shift
fastgrnn_shift:
  movw r14, r30
  movw r30, r20
  ldd FACTOR, Z+5
  ldd BYTES, Z+6
  movw r30, r14
  clr ZERO
  rjmp shift
