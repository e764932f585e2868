/** Steps of a schedule as one types them: `3,7-9`. */
export const readSteps = (text: string): Set<number> =>
  new Set(
    text.split(',').flatMap((range) => {
      const [from, to = from] = range.split('-').map(Number);
      return Array.from({ length: to! - from! + 1 }, (_, index) => from! + index);
    })
  );

export const writeSteps = (steps: Iterable<number>): string => {
  const ranges: [number, number][] = [];
  for (const step of [...steps].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.[1] === step - 1) last[1] = step;
    else ranges.push([step, step]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
};
