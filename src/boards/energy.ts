import type { BoardName } from '../recipe/light.js';

/** What a part draws while its processor runs. */
interface Supply {
  readonly volts: number;
  readonly milliamperes: number;
  /** The datasheet and what it measured. */
  readonly source: string;
}

/** Boards whose datasheet gives a current of a running processor; those of the Due and the Pico give none at their clocks. */
const supplies: Readonly<Partial<Record<BoardName, Supply>>> = {
  uno: {
    volts: 5,
    milliamperes: 10.4,
    source: 'ATmega328P datasheet, DC characteristics: active, 8 MHz, 5 V, typically 5.2 mA; twice that at 16 MHz',
  },
  mkr1000: {
    volts: 3.3,
    milliamperes: 4.6,
    source: 'SAM D21 datasheet, power consumption: active, 48 MHz, a Fibonacci algorithm, 25 degrees, typically 4.6 mA',
  },
  microbit: {
    volts: 3,
    milliamperes: 4.4,
    source: 'nRF51822 product specification: run current at 16 MHz, code from flash, typically 4.4 mA',
  },
  'cortex-m4f': {
    volts: 3,
    milliamperes: 3.3,
    source: 'nRF52840 product specification: CoreMark at 64 MHz from flash, DC/DC converter, typically 3.3 mA',
  },
  riscv: {
    volts: 3.3,
    milliamperes: 23,
    source: 'ESP32-C3 datasheet: modem-sleep, 160 MHz, CPU running, peripheral clocks disabled, typically 23 mA',
  },
};

/** Energy of a prediction: derived, not measured. */
export interface DerivedEnergy {
  /** Voltage times current times the milliseconds of a prediction. */
  readonly microjoulesPerPrediction: number;
  /** The figures of the datasheet. */
  readonly derivedFrom: string;
}

/** Adds what a prediction takes by the part's datasheet, where that gives a current. */
export function withEnergy<T extends { readonly msPerPrediction: number }>(
  board: BoardName,
  proof: T,
): T & { readonly energy?: DerivedEnergy } {
  const supply = supplies[board];
  if (!supply || proof.msPerPrediction === 0) return proof;
  const { volts, milliamperes, source } = supply;
  return {
    ...proof,
    energy: {
      microjoulesPerPrediction: volts * milliamperes * proof.msPerPrediction,
      derivedFrom: `${volts} V, ${milliamperes} mA: ${source}`,
    },
  };
}
