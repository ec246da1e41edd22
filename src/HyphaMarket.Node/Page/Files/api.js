// Asks the daemon. The token comes once in the address's fragment, which no request carries, or from the field; it lives in this tab alone.
const KEY = 'hyphamarket.token';

export class NeedsToken extends Error {}

export class ApiError extends Error {
  constructor(status, error) {
    super(error.reason ?? `The daemon answered ${status}.`);
    this.status = status;
    this.code = error.code;
  }
}

export function takeTokenFromAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get('token');
  if (!token) return;
  sessionStorage.setItem(KEY, token);
  fragment.delete('token');
  // Not in the history either: who presses "back" must not see it again.
  history.replaceState(null, '', location.pathname + (fragment.size ? `#${fragment}` : ''));
}

export const setToken = token => sessionStorage.setItem(KEY, token.trim());
export const forgetToken = () => sessionStorage.removeItem(KEY);

async function ask(path, options = {}) {
  const token = sessionStorage.getItem(KEY);
  if (!token) throw new NeedsToken();
  const response = await fetch(path, { ...options, cache: 'no-store', headers: { Authorization: `Bearer ${token}`, ...options.headers } });
  if (response.status === 401) throw new NeedsToken();
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  return response;
}

export const get = async (path, signal) => (await ask(path, { signal })).json();

// A stream says something every five seconds, if only an empty line: three times that without a word, and it is dead.
const SILENCE = 15_000;

/** Reads server-sent events until the stream ends; `cursor` is shown so that it goes on where it was. */
export async function events(path, { cursor, signal, opened, each }) {
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal.addEventListener('abort', abort);
  let watchdog = setTimeout(abort, SILENCE);
  try {
    const headers = { Accept: 'text/event-stream' };
    if (cursor) headers['Last-Event-ID'] = cursor;
    const response = await ask(path, { signal: stop.signal, headers });
    opened?.();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(abort, SILENCE);
      rest += value;
      for (let end; (end = rest.indexOf('\n\n')) >= 0; rest = rest.slice(end + 2)) tell(rest.slice(0, end), each);
    }
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener('abort', abort);
  }
}

function tell(block, each) {
  let id, kind, data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('id: ')) id = line.slice(4);
    else if (line.startsWith('event: ')) kind = line.slice(7);
    else if (line.startsWith('data: ')) data += line.slice(6);
  }
  if (!data) return;
  const value = JSON.parse(data);
  if (kind === 'error') throw new ApiError(200, value);
  each(value, id);
}
