import { parseDocument } from 'yaml';
import { fieldTable, groups } from './describe.js';
import { RecipeError } from './errors.js';
import { unknownField } from './messages.js';
import { valueOf } from './resolve.js';

/**
 * Sets one field: `applySet(recipe, 'network.hiddenSize=64')`. The value is read as YAML, so `[10, 0, 0]` is a list.
 *
 * @returns a changed copy, not yet checked
 * @throws RecipeError where the text isn't NAME=VALUE or no recipe has the name
 */
export function applySet(recipe: unknown, assignment: string): Record<string, unknown> {
  const equals = assignment.indexOf('=');
  if (equals < 1) throw new RecipeError(`--set ${assignment}: must be NAME=VALUE, as in network.hiddenSize=64`);
  const names = assignment.slice(0, equals).trim().split('.');
  checkName(names);
  const document = parseDocument(assignment.slice(equals + 1));
  if (document.errors.length > 0)
    throw new RecipeError(`--set ${assignment}: ${document.errors[0].message.split('\n')[0]}`);

  const root = copyOf(recipe);
  let group = root;
  for (const name of names.slice(0, -1)) {
    const inner = copyOf(group[name]);
    group[name] = inner;
    group = inner;
  }
  group[names[names.length - 1]] = valueOf(document, `--set ${assignment}`);
  return root;
}

function checkName(names: string[]): void {
  let group = '';
  for (const name of names) {
    if (!groups.get(group)?.includes(name)) throw new RecipeError(`--set ${unknownField(group, name)}`);
    group = group === '' ? name : `${group}.${name}`;
    if (!fieldTable.has(group)) continue;
    if (group === names.join('.')) return;
    // Below a field only merge has names, those of the classes; they have to be own names of a plain object.
    if (group === 'data.merge' && names.length === 3 && names[2] !== '__proto__') return;
    throw new RecipeError(`--set ${names.join('.')}: ${group} is a field without parts; set ${group}=VALUE`);
  }
}

function copyOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
