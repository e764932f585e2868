/** Where people open a site whose API address we know: its root leads on to its admin panel. */
export const siteAddress = (url: string): string => url.replace(/\/api\/?$/, '');
