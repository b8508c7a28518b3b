/** The largest magnitudes that a layer's values take. */
export interface LayerRanges {
  /** W2' a with balanced factors, or a itself of full rank. */
  readonly w: number;
  /** U2' h with balanced factors, or h itself of full rank. */
  readonly u: number;
  /** Hidden state h. */
  readonly state: number;
  /** Of a GRU that resets after the product: W a + b and U h + d of its candidate. */
  readonly candidate?: number;
  /** Of the LSTM: c. */
  readonly memory?: number;
  /** Of any cell but FastGRNN whose update is ReLU: its largest positive argument; of an LSTM c is one, too. */
  readonly argument?: number;
}

/** The largest magnitudes that a float network's values take: they choose the integer formats. Of a stack, first its first layer's. */
export interface Ranges extends LayerRanges {
  /** Normalised input a; of tokens, all of their embedding. */
  readonly input: number;
  /** Of the layers above the first, where there are any. */
  readonly upper?: readonly LayerRanges[];
}

/** All of them, with names for messages. */
export function rangesByName({ upper = [], ...first }: Ranges): (readonly [string, number])[] {
  const above = upper.flatMap((own, i) =>
    Object.entries(own).map(([name, range]) => [`layer ${i + 2}'s ${name}`, range] as const),
  );
  return [...Object.entries(first), ...above];
}
