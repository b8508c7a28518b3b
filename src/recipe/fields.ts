import * as z from 'zod/mini';

/** What is known of one recipe field beside its type: the source of error messages and of the documentation. */
export interface FieldNote {
  /** One line for the reader of the documentation. */
  readonly description: string;
  /** Which values it takes, to be read after "must be". */
  readonly rule: string;
}

/** The notes of all fields, by schema. */
export const notes = z.registry<FieldNote>();

/** Gives a schema its description and rule. */
export function field<S extends z.ZodMiniType>(schema: S, description: string, rule: string): S {
  // zod types a registry's entry by the schema, which it can't do for a generic one.
  (notes.add as (schema: z.ZodMiniType, note: FieldNote) => unknown).call(notes, schema, { description, rule });
  return schema;
}

/** An integer in [low, high]. */
export function integer(description: string, low: number, high: number, fallback: number) {
  const schema = z.int().check(z.gte(low), z.lte(high));
  return field(z._default(schema, fallback), description, `an integer from ${low} to ${high}`);
}

/** A number in [low, high]. */
export function number(description: string, low: number, high: number, fallback: number) {
  const schema = z.number().check(z.gte(low), z.lte(high));
  return field(z._default(schema, fallback), description, `a number from ${low} to ${high}`);
}

/** A number in (0, high]. */
export function positive(description: string, high: number, fallback: number) {
  const schema = z.number().check(z.gt(0), z.lte(high));
  return field(z._default(schema, fallback), description, `a number above 0, at most ${high}`);
}

/** A number in [0, 1), or in (0, 1) where zero makes no sense. */
export function fraction(description: string, fallback: number, zero: 'zero allowed' | 'above zero') {
  const schema = z.number().check(zero === 'zero allowed' ? z.gte(0) : z.gt(0), z.lt(1));
  return field(
    z._default(schema, fallback),
    description,
    zero === 'zero allowed' ? 'a number from 0 to below 1' : 'a number above 0 and below 1',
  );
}

/** One of a few words. */
export function choice<const T extends string>(description: string, options: readonly T[], fallback: NoInfer<T>) {
  // zod's own default type can't be resolved for a generic enum; the value is one of T in any case.
  const schema = z._default(z.enum(options as readonly string[] as [T, ...T[]]), fallback as never);
  return field(schema, description, `one of ${options.join(', ')}`);
}

/** What may be left out; its description says what holds then. A recipe without it has the hash that it had before the field was there. */
export function optional<S extends z.ZodMiniType>(schema: S, description: string, rule: string) {
  return field(z.exactOptional(schema), description, rule);
}

/** true or false. */
export function flag(description: string, fallback: boolean) {
  return field(z._default(z.boolean(), fallback), description, 'true or false');
}
