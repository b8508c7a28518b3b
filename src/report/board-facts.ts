/** What a reader needs to know of a board to judge its figures. */
export interface BoardFacts {
  readonly title: string;
  /** What really ran the firmware. */
  readonly simulation: string;
  /** What the part has. */
  readonly flashBytes?: number;
  readonly ramBytes?: number;
}

/** Boards whose facts the report knows by itself. */
export const knownBoards: Readonly<Record<string, BoardFacts>> = {
  uno: {
    title: 'Arduino Uno',
    simulation: 'simulated ATmega328P at 16 MHz, avr8js',
    flashBytes: 32 * 1024,
    ramBytes: 2 * 1024,
  },
  mkr1000: {
    title: 'Arduino MKR1000',
    simulation: 'simulated SAMD21 (Cortex-M0+) at 48 MHz, the core of rp2040js',
    flashBytes: 256 * 1024,
    ramBytes: 32 * 1024,
  },
  rp2040: {
    title: 'Raspberry Pi Pico',
    simulation: 'simulated RP2040 (Cortex-M0+) at 125 MHz, rp2040js',
    flashBytes: 2 * 1024 * 1024,
    ramBytes: 264 * 1024,
  },
  microbit: {
    title: 'BBC micro:bit',
    simulation: 'simulated nRF51822 (Cortex-M0) at 16 MHz, QEMU; cycles modelled',
    flashBytes: 256 * 1024,
    ramBytes: 16 * 1024,
  },
  due: {
    title: 'Arduino Due',
    simulation: 'simulated Cortex-M3 (SAM3X8E) at 84 MHz, QEMU; cycles modelled',
    flashBytes: 512 * 1024,
    ramBytes: 96 * 1024,
  },
  'cortex-m4f': {
    title: 'Cortex-M4F',
    simulation: 'simulated Cortex-M4F (nRF52840) at 64 MHz, QEMU; cycles modelled',
    flashBytes: 1024 * 1024,
    ramBytes: 256 * 1024,
  },
  riscv: {
    title: 'RISC-V',
    simulation: 'simulated RV32IMC (ESP32-C3) at 160 MHz, QEMU; cycles modelled by assumed costs',
    flashBytes: 4 * 1024 * 1024,
    ramBytes: 400 * 1024,
  },
};

/** The facts of a board, or its name where nothing is known. */
export function factsOf(name: string, given: Readonly<Record<string, BoardFacts>> = {}): BoardFacts {
  const own = (facts: Readonly<Record<string, BoardFacts>>) => (Object.hasOwn(facts, name) ? facts[name] : undefined);
  return own(given) ?? own(knownBoards) ?? { title: name, simulation: 'simulated board' };
}
