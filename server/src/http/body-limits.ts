/** Less is not tried: a request's own headers take some kilobytes. */
const SMALLEST_BODY = 16 * 1024;

/**
 * How large a body may be on its way to an address: nothing says so beforehand, so it is remembered where something has
 * answered that one was too large. For as long as this process lives.
 */
export const createBodyLimits = () => {
  const known = new Map<string, number>();
  return {
    /** What a body may take, of what is usual. */
    of: (url: string, usual: number): number => Math.min(usual, known.get(url) ?? usual),
    /** So many bytes were too many. Answers whether it makes sense to try with less. */
    tooLarge: (url: string, bytes: number): boolean => {
      if (bytes <= SMALLEST_BODY) return false;
      const half = Math.max(SMALLEST_BODY, Math.floor(bytes / 2));
      known.set(url, Math.min(half, known.get(url) ?? half));
      return true;
    },
  };
};

export type BodyLimits = ReturnType<typeof createBodyLimits>;
