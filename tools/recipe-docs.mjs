// Writes the reference of docs/recipes.md from the recipe's own schema; what stands before its first marker stays.
//   node tools/recipe-docs.mjs           writes the page
//   node tools/recipe-docs.mjs --check   exits 1 when the committed page is not what the schema gives
// Works on dist/: run `npm run build` first.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../docs/recipes.md', import.meta.url));
const built = new URL('../dist/recipe/index.js', import.meta.url);
const begin = '<!-- The reference: written by tools/recipe-docs.mjs; change src/recipe/sections/ instead. -->';
const end = '<!-- The end of the reference. -->';

function fail(message, code) {
  console.error(message);
  process.exit(code);
}

/** A value as it is written in a recipe. */
function yaml(value) {
  if (value === undefined) return 'none';
  return `\`${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}\``;
}

/** A choice's words, and examples, as code. */
function rule(text) {
  const choice = /^one of (.+)$/.exec(text);
  if (choice) {
    return choice[1]
      .split(', ')
      .map((word) => `\`${word}\``)
      .join(', ');
  }
  return text.replace(/, as in (.+)$/, ', as in `$1`');
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The fields in the recipe's order, a table for each section; fields that stand at the root come first. */
function reference(fields) {
  const sections = new Map([['', []]]);
  for (const field of fields) {
    const dot = field.path.indexOf('.');
    const section = dot < 0 ? '' : field.path.slice(0, dot);
    sections.set(section, [...(sections.get(section) ?? []), field]);
  }
  const blocks = [...sections].map(([section, members]) => {
    const title = section === '' ? 'At the root' : `\`${section}\``;
    const rows = members.map(
      ({ path, description, rule: allowed, fallback }) =>
        `| \`${path}\` | ${cell(description)} | ${cell(rule(allowed))} | ${cell(yaml(fallback))} |`,
    );
    return [`### ${title}`, '', '| field | meaning | allowed | default |', '|---|---|---|---|', ...rows].join('\n');
  });
  return `${begin}\n\n${blocks.join('\n\n')}\n\n${end}`;
}

if (!existsSync(built)) fail('dist/ is missing: run `npm run build` first', 2);
const { recipeFields } = await import(built.href);
const written = readFileSync(page, 'utf8');
const first = written.indexOf(begin);
const last = written.indexOf(end);
if (first < 0 || last < first) fail(`docs/recipes.md lacks the marker ${first < 0 ? begin : end}`, 2);
const wanted = written.slice(0, first) + reference(recipeFields()) + written.slice(last + end.length);
if (!process.argv.includes('--check')) writeFileSync(page, wanted);
else if (written !== wanted) fail('docs/recipes.md is not what the recipe says: run `npm run docs:recipes`', 1);
