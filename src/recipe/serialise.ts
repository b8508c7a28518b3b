import { sha256 } from '#platform';
import { Document, isScalar, visit } from 'yaml';
import { canonicalJson } from './canonical.js';
import type { Recipe } from './schema.js';

/** A recipe as YAML, always the same text for the same recipe; reading it gives the same recipe. */
export function serialise(recipe: Recipe): string {
  const document = new Document(recipe);
  visit(document, {
    Seq(_, node) {
      node.flow = node.items.every((item) => isScalar(item));
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/**
 * The SHA-256 of what the recipe says of the model: everything but the seed (the provenance gives it apart), the targets
 * and where the recordings lie (their own hash says what they are). Lower-case hexadecimal.
 */
export function recipeHash(recipe: Recipe): Promise<string> {
  const { seed: _seed, targets: _targets, data, ...rest } = recipe;
  const { path: _path, ...dataWithoutPath } = data;
  return sha256(new TextEncoder().encode(canonicalJson({ ...rest, data: dataWithoutPath })));
}
