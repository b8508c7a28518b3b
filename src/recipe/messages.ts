import type * as z from 'zod/mini';
import { fieldTable, groups } from './describe.js';
import { nearest } from './nearest.js';

/** A value as it stands in a message: short, on one line. */
export function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** What to say of a name that no recipe has. `group` is the path of the group that it stands in. */
export function unknownField(group: string, name: string): string {
  const path = group === '' ? name : `${group}.${name}`;
  const siblings = groups.get(group) ?? [];
  const near = nearest(name, siblings);
  if (near) return `${path}: unknown field; did you mean ${near}?`;
  const elsewhere = [...fieldTable.keys()].filter((known) => lastName(known).toLowerCase() === name.toLowerCase());
  if (elsewhere.length > 0) return `${path}: unknown field; did you mean ${elsewhere.join(' or ')}?`;
  return `${path}: unknown field; ${group === '' ? 'a recipe' : group} has ${siblings.join(', ')}`;
}

/** One line for each thing that is wrong with a recipe; `input` is the object that was checked. */
export function explain(issues: readonly z.core.$ZodIssue[], input: unknown): string[] {
  const lines = issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(path.join('.'), key));
    const known = path.findIndex((_, i) => fieldTable.has(path.slice(0, i + 1).join('.')));
    const name = (known < 0 ? path : path.slice(0, known + 1)).join('.');
    const value = valueAt(input, name);
    const entry = fieldTable.get(name);
    const near =
      issue.code === 'invalid_value' && typeof value === 'string'
        ? nearest(value, issue.values.map(String))
        : undefined;
    if (entry)
      return [`${name}: ${show(value)} must be ${entry.rule}${near === undefined ? '' : `; did you mean ${near}?`}`];
    const members = (groups.get(name) ?? []).join(', ');
    return [
      name === ''
        ? `must be a map with the fields ${members}`
        : `${name}: ${show(value)} must be a group of fields: ${members}`,
    ];
  });
  return [...new Set(lines)];
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function valueAt(input: unknown, path: string): unknown {
  let value = input;
  if (path === '') return value;
  for (const name of path.split('.')) value = (value as Record<string, unknown>)[name];
  return value;
}
