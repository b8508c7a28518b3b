import type { PhysicalValues } from '../recorded.js';

/** The same numbers in the narrowest array that holds them exactly: large folders stay in memory until all is read. */
export function compact(values: PhysicalValues): PhysicalValues {
  if (!(values instanceof Float64Array)) return values;
  let whole = true;
  let single = true;
  for (let i = 0; i < values.length && (whole || single); i++) {
    const value = values[i];
    whole = whole && value === Math.trunc(value) && value >= -32768 && value <= 32767;
    single = single && value === Math.fround(value);
  }
  return whole ? Int16Array.from(values) : single ? Float32Array.from(values) : values;
}
