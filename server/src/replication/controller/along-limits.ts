/** What goes along is so far from an entry that a rule names at most, and so many of one entry's. */
export const MOST_STEPS = 3;
export const MOST_ALONG = 100;
