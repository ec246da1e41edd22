import { ApiError, NeedsToken, events, forgetToken, get, setToken, takeTokenFromAddress } from './api.js';
import * as charts from './charts.js';

const $ = id => document.getElementById(id);
const LEVELS = 25, ROWS = 40;
const state = { market: null, quotes: new Map(), status: null, quote: null, candles: [], cursor: null, verdicts: new Map() };
let running = null;
let choosing = null;

// What peers write is text and nothing else: nodes are made, never parsed.
function node(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
const cell = (text, className = '') => node('td', { className }, text);
const credits = micros => micros == null ? '–' : (micros / 1e6).toFixed(6);
const digits = id => node('code', { title: id }, id.slice(0, 10));
const time = at => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const word = text => text.replaceAll('-', ' ').replace(/\b[a-z]/g, letter => letter.toUpperCase());

function fill(id, rows, columns, empty) {
  $(id).tBodies[0].replaceChildren(...(rows.length ? rows : [node('tr', {}, node('td', { colSpan: columns, className: 'empty' }, empty))]));
}

function tellState(kind, text) {
  $('state').dataset.state = kind;
  if ($('state').textContent !== text) $('state').textContent = text;
}

// ---- What is shown ----

function showMarkets(profiles, markets) {
  const known = new Map(markets.map(market => [market.profile, market]));
  fill('markets', profiles.map(profile => {
    const quote = state.quotes.get(profile.slug), isChosen = profile.slug === state.market;
    const choose = node('button', { type: 'button' }, profile.name);
    choose.title = profile.summary;
    const row = node('tr', {}, node('td', {}, choose), cell(credits(quote?.best_bid?.price_micros), 'num bid'), cell(credits(quote?.best_ask?.price_micros), 'num ask'), cell(credits(quote?.last_price_micros), 'num'));
    row.dataset.market = profile.slug;
    if (isChosen) row.setAttribute('aria-current', 'true');
    choose.setAttribute('aria-pressed', isChosen);
    if (!known.get(profile.slug)?.brokers) choose.title += ' · its brokers are not known yet';
    row.addEventListener('click', () => select(profile.slug));
    return row;
  }), 4, 'The catalogue is empty.');
}

/** The rows stay, so that the focus does; only their numbers change. */
function showQuote(slug, quote) {
  state.quotes.set(slug, quote);
  const row = [...$('markets').tBodies[0].rows].find(one => one.dataset.market === slug);
  if (!row) return;
  [quote.best_bid?.price_micros, quote.best_ask?.price_micros, quote.last_price_micros].forEach((micros, i) => row.cells[i + 1].textContent = credits(micros));
}

function showBook(quote) {
  state.quote = quote;
  const bid = quote.best_bid?.price_micros, ask = quote.best_ask?.price_micros;
  const figures = [['Best bid', credits(bid), 'bid'], ['Best ask', credits(ask), 'ask'], ['Spread', bid != null && ask != null ? credits(ask - bid) : '–', ''], ['Last', credits(quote.last_price_micros), ''], ['Offers', `${quote.offers}`, '']];
  $('figures').replaceChildren(...figures.map(([name, value, className]) => node('div', {}, node('dt', {}, name), node('dd', { className }, value))));
  $('market-note').textContent = `slot ${quote.slot}, as ${quote.answers} broker${quote.answers === 1 ? '' : 's'} signed it${quote.divergent ? `; ${quote.divergent} differ` : ''}`;
  $('depth-note').textContent = `${quote.bid_units} units bid, ${quote.ask_units} asked`;
  charts.depth($('depth'), quote.bids, quote.asks);
  const rows = Array.from({ length: Math.max(quote.bids.length, quote.asks.length) }, (_, i) => {
    const [b, a] = [quote.bids[i], quote.asks[i]];
    return node('tr', {}, cell(b ? `${b.units}` : '', 'num'), cell(b ? credits(b.price_micros) : '', 'num bid'), cell(a ? credits(a.price_micros) : '', 'num ask'), cell(a ? `${a.units}` : '', 'num'));
  });
  fill('levels', rows, 4, 'The book is empty.');
}

function showNoBook(reason) {
  state.quote = null;
  $('figures').replaceChildren();
  $('market-note').textContent = reason;
  $('depth-note').textContent = '';
  charts.depth($('depth'), [], []);
  fill('levels', [], 4, 'The book is empty.');
}

function showCandles(rows) {
  state.candles = rows.map(row => ({ at: row.at, open: row.open_micros, high: row.high_micros, low: row.low_micros, close: row.close_micros })).sort((a, b) => a.at < b.at ? -1 : 1);
  const last = state.candles.at(-1);
  $('candles-note').textContent = last ? `${credits(Math.min(...state.candles.map(row => row.low)))} to ${credits(Math.max(...state.candles.map(row => row.high)))}, last ${credits(last.close)}` : 'no trades yet';
  charts.candles($('candles'), state.candles);
}

function showTrades(trades) {
  fill('trades', trades.map(trade => {
    const proof = node('td');
    showProof(proof, trade);
    return node('tr', {}, cell(time(trade.at), 'digits'), cell(credits(trade.price_micros), 'num'), cell(`${trade.quantity}`, 'num'), proof, node('td', {}, digits(trade.match), trade.own ? ' · mine' : ''));
  }), 5, 'No certified matches yet.');
}

function showProof(place, trade) {
  const verdict = state.verdicts.get(trade.match);
  if (verdict) {
    place.replaceChildren(node('span', { className: verdict.good ? 'bid' : 'error' }, verdict.text));
  } else if (trade.proof) {
    const button = node('button', { type: 'button' }, 'Verify');
    button.setAttribute('aria-label', `Verify the match ${trade.match.slice(0, 10)}`);
    button.addEventListener('click', () => verify(place, trade, button));
    place.replaceChildren(button);
  } else {
    place.replaceChildren(node('span', { className: 'quiet' }, 'its parties have it'));
  }
}

async function verify(place, trade, button) {
  button.disabled = true;
  let verdict;
  try {
    const told = await get(`/v1/proofs/${trade.match}/verdict`);
    verdict = told.verdict === 'verified'
      ? { good: true, text: `✓ ${told.voters?.length ?? told.quorum} of ${told.brokers} brokers signed${told.recomputed ? ', recomputed' : ''}` }
      : { good: false, text: `✗ ${told.reason}` };
  } catch (error) {
    verdict = { good: false, text: error.message };
  }
  state.verdicts.set(trade.match, verdict);
  place.setAttribute('role', 'status');
  showProof(place, trade);
}

function showBrokers(set) {
  $('brokers-note').textContent = set ? `epoch ${set.epoch}; ${set.quorum} of ${set.members.length} votes certify, ${set.tolerated} may fail` : '';
  fill('brokers', (set?.members ?? []).map(broker => node('tr', {}, node('td', { className: 'wrap' }, node('code', {}, broker.peer)), cell(broker.self ? 'this node' : broker.connected ? 'connected' : 'not connected'))), 2, 'No broker set is known.');
}

function showOwn(orders, leases) {
  fill('orders', orders.map(order => node('tr', {}, node('td', {}, digits(order.id)), cell(word(order.profile ?? '')), cell(order.side, order.side), cell(credits(order.price_micros), 'num'), cell(`${order.quantity}`, 'num'), cell(order.state))), 6, 'No orders.');
  fill('leases', leases.map(lease => node('tr', {}, node('td', {}, digits(lease.id)), cell(word(lease.profile ?? '')), cell(lease.role), cell(credits(lease.price_micros), 'num'), cell(time(lease.ends_at), 'digits'), cell(lease.state))), 6, 'No leases.');
}

function showStatus(status) {
  state.status = status;
  $('network').textContent = status.network;
  $('network').hidden = $('clock').hidden = false;
  $('peer').textContent = `Node ${status.peer_id}.`;
}

/** The browser is on the node's own machine, or near it, so its clock is good enough to draw by. */
function turnClock() {
  requestAnimationFrame(turnClock);
  const status = state.status;
  if (!status || document.hidden) return;
  const since = Date.now() - Date.parse(status.slot_started_at), slots = Math.floor(since / status.slot_length_ms);
  const slot = status.slot + slots, part = since / status.slot_length_ms - slots;
  $('clock-hand').setAttribute('stroke-dasharray', `${(part * 100).toFixed(1)} 100`);
  const text = `slot ${slot}`;
  if ($('clock-slot').textContent === text) return;
  $('clock-slot').textContent = text;
  $('clock-phase').textContent = slot % 2 ? 'matching' : 'collecting offers';
}

// ---- What is asked, and when ----

const pause = (ms, signal) => new Promise(done => {
  const timer = setTimeout(done, ms);
  signal.addEventListener('abort', () => { clearTimeout(timer); done(); }, { once: true });
});

/** Runs `once` again and again until the signal; after a failure, later and later up to five seconds. */
async function keep(signal, every, once) {
  for (let wait = every; !signal.aborted; await pause(wait, signal)) {
    try {
      await once();
      wait = every;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof NeedsToken) return askForToken(sessionStorage.length > 0 || state.status !== null);
      wait = Math.min(5_000, Math.max(500, wait * 2));
      // What one part of the daemon cannot do, its own card says.
      if (!(error instanceof ApiError)) tellState('lost', 'The daemon does not answer. Trying again');
    }
  }
}

async function refreshMarkets(signal) {
  const [status, profiles, markets] = await Promise.all([get('/v1/status', signal), get('/v1/profiles', signal), get('/v1/markets', signal).catch(none)]);
  showStatus(status);
  if (!state.market) {
    const wanted = new URLSearchParams(location.hash.slice(1)).get('market');
    state.market = profiles.find(profile => profile.slug === wanted)?.slug ?? markets.find(market => market.brokers)?.profile ?? profiles[0]?.slug;
    showMarkets(profiles, markets);
    select(state.market);
  }
  // Asking for the brokers of a market makes a set form where there is none: only markets that live are asked for.
  await Promise.all(markets.filter(market => market.brokers && market.profile !== state.market).map(async market => {
    const quote = await get(`/v1/markets/${market.market}/quote`, signal).catch(error => error instanceof ApiError ? null : Promise.reject(error));
    if (quote) showQuote(market.profile, quote);
  }));
}

const none = error => error instanceof ApiError ? [] : Promise.reject(error);

async function refreshOwn(signal) {
  const [orders, leases] = await Promise.all([get('/v1/orders?limit=20', signal).catch(none), get('/v1/leases?limit=20', signal).catch(none)]);
  showOwn(orders, leases);
}

async function refreshTraded(market, signal) {
  const [trades, rows] = await Promise.all([get(`/v1/markets/${market}/trades?limit=${ROWS}`, signal).catch(none), get(`/v1/markets/${market}/candles?interval=${$('interval').value}&limit=200`, signal).catch(none)]);
  if (market !== state.market) return;
  showTrades(trades);
  showCandles(rows);
}

function select(slug) {
  choosing?.abort();
  choosing = new AbortController();
  const { signal } = choosing;
  running?.signal.addEventListener('abort', () => choosing.abort(), { once: true });
  state.market = slug;
  for (const row of $('markets').tBodies[0].rows) {
    const isChosen = row.dataset.market === slug;
    row.toggleAttribute('aria-current', false);
    if (isChosen) row.setAttribute('aria-current', 'true');
    row.querySelector('button')?.setAttribute('aria-pressed', isChosen);
  }
  history.replaceState(null, '', `#market=${slug}`);
  $('market-title').textContent = word(slug);
  showNoBook('asking the brokers');
  keep(signal, 250, () => events(`/v1/markets/${slug}/watch?levels=${LEVELS}`, {
    signal,
    each: quote => {
      showBook(quote);
      showQuote(slug, quote);
    },
  }).catch(error => {
    if (error instanceof ApiError) showNoBook(error.message);
    throw error;
  }));
  keep(signal, 10_000, () => refreshTraded(slug, signal));
  keep(signal, 15_000, async () => showBrokers(await get(`/v1/brokers/${slug}`, signal).catch(error => error instanceof ApiError ? null : Promise.reject(error))));
}

/** One refresh for a burst of events. */
function soon(action) {
  let due = null;
  return () => { due ??= setTimeout(() => { due = null; action().catch(() => {}); }, 150); };
}

function start() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  $('login').hidden = true;
  $('main').hidden = false;
  if (state.market) select(state.market);
  const own = soon(() => refreshOwn(signal)), traded = soon(() => state.market ? refreshTraded(state.market, signal) : Promise.resolve());
  keep(signal, 5_000, () => refreshMarkets(signal));
  keep(signal, 20_000, () => refreshOwn(signal));
  keep(signal, 500, () => events('/v1/events', {
    cursor: state.cursor,
    signal,
    opened: () => {
      tellState('live', 'Live');
      own();
      traded();
    },
    each: (happened, id) => {
      state.cursor = id ?? state.cursor;
      if (happened.order || happened.lease) own();
      if (happened.event === 'certified' || happened.event === 'matched' || happened.event === 'lease' || happened.event === 'gap') traded();
    },
  }).then(() => { throw new Error('The stream ended.'); }));
}

function askForToken(wasWrong) {
  running?.abort();
  choosing?.abort();
  forgetToken();
  $('main').hidden = true;
  $('login').hidden = false;
  $('login-error').textContent = wasWrong ? 'The daemon does not know this token.' : '';
  tellState('', 'Waiting for the token');
  $('token').focus();
}

// ---- The page itself ----

const THEMES = [['', '◐', 'as the system'], ['light', '○', 'light'], ['dark', '●', 'dark']];

function showTheme(name) {
  const [, sign, says] = THEMES.find(theme => theme[0] === name) ?? THEMES[0];
  if (name) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  $('theme').textContent = sign;
  $('theme').setAttribute('aria-label', `Colours: ${says}`);
}

$('theme').addEventListener('click', () => {
  const next = THEMES[(THEMES.findIndex(theme => theme[0] === (localStorage.getItem('hyphamarket.theme') ?? '')) + 1) % THEMES.length][0];
  localStorage.setItem('hyphamarket.theme', next);
  showTheme(next);
});
$('login').addEventListener('submit', submitted => {
  submitted.preventDefault();
  setToken($('token').value);
  $('token').value = '';
  start();
});
$('interval').value = '1m';
$('interval').addEventListener('change', () => refreshTraded(state.market, running.signal).catch(() => {}));
addEventListener('resize', () => {
  if (state.quote) charts.depth($('depth'), state.quote.bids, state.quote.asks);
  charts.candles($('candles'), state.candles);
});

showTheme(localStorage.getItem('hyphamarket.theme') ?? '');
takeTokenFromAddress();
turnClock();
start();
