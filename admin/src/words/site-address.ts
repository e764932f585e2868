/** A site's address as people know and open it, from that of its API: its root leads on to its admin panel. */
export const siteAddress = (url: string): string => url.replace(/\/api\/?$/, '');
