import { parallelism } from '#platform';

/** Works on items side by side, as many at a time as there are processors; results stand in the items' order. */
export async function parallel<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  const one = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i], i);
  };
  await Promise.all(Array.from({ length: Math.min(parallelism(), items.length) }, one));
  return results;
}
