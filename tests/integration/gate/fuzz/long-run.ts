/**
 * How long the random tests of the gate are: a sample in `npm test`, `npm run test:fuzz` for the whole.
 * `FUZZ_REQUESTS`, `FUZZ_MESSAGES` and `FUZZ_SEED` say otherwise.
 */
const number = (name: string, otherwise: number): number => {
  const value = Number(process.env[name] ?? otherwise);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is a number.`);
  return value;
};

export const REQUESTS = number('FUZZ_REQUESTS', 400);
export const MESSAGES = number('FUZZ_MESSAGES', 400);
export const SEED = number('FUZZ_SEED', 1);
/** Bounds the run where a machine is slow: it is told how many were made. */
export const WITHIN = 3_600_000;

/** For people; Jest's own output says nothing of numbers. */
export const tell = (line: string): void => void process.stdout.write(`${line}\n`);
