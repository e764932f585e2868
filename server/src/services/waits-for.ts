import type { WaitsFor } from '../contracts';

/** Reads the column `waits_for`: only checked answers of the other site are written there. */
export const waitsForIn = (column: string | null): WaitsFor | null =>
  column === null ? null : (JSON.parse(column) as WaitsFor);
