import type { FileScan, FolderFacts, Layout, Roles } from './facts.js';

/** Ways in which people write a person or device into a file's name, surest first. */
const patterns = [
  '((?:subject|subj|person|user|participant|volunteer|patient|device)[_-]?[0-9]+)',
  '(?:^|[_-])([psuPSU][0-9]{1,4})(?=[_.-])',
  '^([0-9]{1,4})[_-]',
  '^([A-Za-z]{1,12})[_-]?[0-9]+\\.',
];

/** Where the group (person, device) of a recording stands, if anywhere. */
export function findGroups(scans: readonly FileScan[], layout: Layout, roles: Roles): FolderFacts['groupBy'] {
  const none = { from: 'none', groups: 0 } as const;
  const depth = layout === 'folder' ? 1 : 0;
  const subfolders = new Set(scans.flatMap(({ folders }) => folders[depth] ?? []));
  if (scans.length > 0 && scans.every(({ folders }) => folders.length > depth)) {
    return subfolders.size > 1 ? { from: 'folder', groups: subfolders.size } : none;
  }
  if (roles.group !== undefined) {
    const people = scans.flatMap(({ facts }) => facts.columns.find(({ name }) => name === roles.group)?.distinct ?? []);
    return { from: 'column', groups: new Set(people).size };
  }
  for (const pattern of patterns) {
    const groups = groupsByName(scans, new RegExp(pattern));
    if (groups !== undefined && isPlausible(groups, scans, layout)) {
      return { from: 'name', pattern: plainer(pattern, groups), groups: new Set(groups).size };
    }
  }
  return none;
}

/** The pattern with the one word that all files use, where there is one: a person has to read it. */
function plainer(pattern: string, groups: readonly string[]): string {
  const words = new Set(groups.map((group) => group.replace(/[0-9]+$/, '')));
  const [word] = words;
  return pattern.startsWith('((?:') && words.size === 1 ? `(${word}[0-9]+)` : pattern;
}

function groupsByName(scans: readonly FileScan[], pattern: RegExp): string[] | undefined {
  const groups: string[] = [];
  for (const { file } of scans) {
    const match = pattern.exec(file.replace(/^.*\//, ''));
    if (!match) return undefined;
    groups.push(match[1]);
  }
  return groups;
}

/** At least three groups, of several files each, and no group that is a class under another name. */
function isPlausible(groups: readonly string[], scans: readonly FileScan[], layout: Layout): boolean {
  const files = new Map<string, Set<string>>();
  groups.forEach((group, i) => {
    const classes = files.get(group) ?? new Set<string>();
    files.set(group, classes.add(scans[i].folders[0] ?? ''));
  });
  if (files.size < 3) return false;
  if (layout !== 'folder') return groups.length >= files.size;
  const inSeveral = [...files.values()].filter((classes) => classes.size > 1).length;
  return groups.length >= 2 * files.size && inSeveral * 2 >= files.size;
}
