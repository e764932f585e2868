/** Clients for what a running instance offers over HTTP: its content API and its admin API. */

export type Query = Record<string, unknown>;

export class HttpError extends Error {
  constructor(
    readonly request: string,
    readonly status: number,
    readonly body: unknown
  ) {
    super(`${request.slice(0, 300)} answered ${status}: ${JSON.stringify(body)?.slice(0, 2000)}`);
  }
}

/** Strapi reads nested parameters in brackets: `{filters: {a: {$eq: 1}}}` is `filters[a][$eq]=1`. */
export const queryString = (query: Query, prefix = ''): string =>
  Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const key = prefix ? `${prefix}[${name}]` : name;
      return value !== null && typeof value === 'object'
        ? queryString(value as Query, key)
        : `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`;
    })
    .filter(Boolean)
    .join('&');

export interface Rest {
  get<T = any>(path: string, query?: Query): Promise<T>;
  post<T = any>(path: string, body?: unknown, query?: Query): Promise<T>;
  put<T = any>(path: string, body?: unknown, query?: Query): Promise<T>;
  delete<T = any>(path: string, query?: Query): Promise<T>;
  /** Any method; a `FormData` body is sent as one. */
  request<T = any>(method: string, path: string, body?: unknown, query?: Query): Promise<T>;
}

/** A JSON client. Throws {@link HttpError} for every answer that is not 2xx. `within`: how long an answer may take, in ms. */
export const restClient = (base: string, headers: () => Record<string, string> = () => ({}), within = 60_000): Rest => {
  const request = async (method: string, path: string, body?: unknown, query: Query = {}) => {
    const search = queryString(query);
    const address = `${base}${path}${search ? `?${search}` : ''}`;
    const form = body instanceof FormData;
    const response = await fetch(address, {
      method,
      headers: { ...(body === undefined || form ? {} : { 'content-type': 'application/json' }), ...headers() },
      body: body === undefined ? undefined : form ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(within),
    });
    const text = await response.text();
    const answer = readJson(text);
    if (!response.ok) throw new HttpError(`${method} ${address}`, response.status, answer);
    return answer;
  };
  return {
    request,
    get: (path, query) => request('GET', path, undefined, query),
    post: (path, body, query) => request('POST', path, body, query),
    put: (path, body, query) => request('PUT', path, body, query),
    delete: (path, query) => request('DELETE', path, undefined, query),
  };
};

const readJson = (text: string): any => {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Logs in as an administrator; paths start at the root, as in `/content-manager/…` or `/replication/…`. */
export const adminClient = async (base: string, email: string, password: string): Promise<Rest> => {
  const { data } = await restClient(base).post('/admin/login', { email, password });
  return restClient(base, () => ({ authorization: `Bearer ${data.token}` }));
};

/** A file's bytes, name and type in the form that Strapi's upload routes read. */
export const fileForm = (
  name: string,
  bytes: Uint8Array,
  type: string,
  fileInfo?: Record<string, unknown>
): FormData => {
  const form = new FormData();
  form.append('files', new Blob([new Uint8Array(bytes)], { type }), name);
  if (fileInfo) form.append('fileInfo', JSON.stringify(fileInfo));
  return form;
};
