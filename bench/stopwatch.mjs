/** Measures a piece of work twice: milliseconds of the clock, and of this process's own time on the processor, all its threads together. */
export function stopwatch() {
  const [start, used] = [performance.now(), process.cpuUsage()];
  return () => {
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(used);
    return { ms, processorMs: (user + system) / 1000 };
  };
}
