import type * as z from 'zod/mini';
import { notes } from './fields.js';
import { recipeSchema, type RecipeField } from './schema.js';

/** Groups of fields by path (the root is ''), each with the names in it. */
export const groups = new Map<string, readonly string[]>();

/** All fields by path, in the recipe's order. */
export const fieldTable: ReadonlyMap<string, RecipeField> = collect();

/** All fields of a recipe in order, with descriptions: what the documentation and `init` print. */
export function recipeFields(): RecipeField[] {
  return [...fieldTable.values()];
}

function collect(): Map<string, RecipeField> {
  const table = new Map<string, RecipeField>();
  const visit = (schema: z.core.$ZodType, path: string) => {
    const note = notes.get(schema as z.ZodMiniType);
    const { def } = (schema as z.core.$ZodTypes)._zod;
    if (note) {
      const fallback: unknown = def.type === 'default' ? def.defaultValue : undefined;
      table.set(path, { path, ...note, fallback });
    } else if (def.type === 'prefault' || def.type === 'optional') {
      visit(def.innerType, path);
    } else if (def.type === 'object') {
      groups.set(path, Object.keys(def.shape));
      for (const [name, inner] of Object.entries(def.shape)) visit(inner, path === '' ? name : `${path}.${name}`);
    } else {
      throw new Error(`recipe field ${path} has no description`);
    }
  };
  visit(recipeSchema, '');
  return table;
}
