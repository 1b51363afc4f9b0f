/**
 * The measurements, and the rating of their results: the only place that rates. The scenarios report in their own
 * words. A site would want `good`, and can live with `fair` or repair it on its server. Any other word is bad.
 */

/**
 * Leaving a page is a race that one run may win or lose by luck. So it is run `times` times, and the worst result
 * that happened `often` times counts: a rarer one is the luck of an interval that ended just then.
 */
const RACE = { times: 12, often: 3 }

const ARRIVES = { arrived: 'good', later: 'fair' }
const CAMPAIGN = { event: 'good', id: 'fair', guess: 'guess' }

/** Bytes, time and requests: less is better. They are not rated otherwise. */
export const FIGURES = [
  {
    key: 'wire',
    title: 'loaded, bytes',
    reason:
      'Scripts and inline lines of a page at brotli 11, as a static host would send them; a package of modules bundled and minified with the lines that set it up.',
  },
  {
    key: 'loadTime',
    title: 'script time at load, ms',
    reason:
      'Main-thread time in scripts until the tracker has been quiet for half a second, less that of a page without one.',
  },
  {
    key: 'loadRequests',
    title: 'requests at load',
    reason:
      'To the endpoint, preflights and configuration included; page views are what most of these trackers are for.',
  },
  { key: 'loadBytes', title: 'sent at load, bytes', reason: 'Addresses and bodies; the headers are the browser’s.' },
  {
    key: 'eventTime',
    title: 'script time per conversion, ms',
    reason: 'From the call until half a second after the event arrived: batching later is not free.',
  },
  {
    key: 'eventRequests',
    title: 'requests per conversion',
    reason: 'One conversion on a page that is loaded; preflights included, kept for a day by the browser.',
  },
  { key: 'eventBytes', title: 'sent per conversion, bytes', reason: 'Address and body.' },
  {
    key: 'delay',
    title: 'call to request, ms',
    reason:
      'Until the request stands complete at the endpoint. Until then the event depends on the page or on what it stored.',
  },
]

export const CAMPAIGNS = [
  {
    key: 'sameTab',
    title: 'same tab',
    rule: 'Landing with a campaign, another page, conversion on a third.',
    words: CAMPAIGN,
  },
  { key: 'newTab', title: 'new tab', rule: 'The conversion in a new tab.', words: CAMPAIGN },
  {
    key: 'subdomain',
    title: 'subdomain',
    rule: 'Landing on www., conversion on app. of the same domain.',
    words: CAMPAIGN,
  },
  {
    key: 'replaced',
    title: 'second campaign',
    rule: 'Two landings: the conversion has the second one’s campaign, which is what the last click means.',
    words: CAMPAIGN,
  },
  // A guess by address and browser is made anew each day (Plausible: a salt per day), so after two days there is none.
  {
    key: 'direct',
    title: 'direct visit',
    rule: 'Two days later, by typing the address.',
    words: { event: 'good', id: 'fair' },
  },
].map((column) => ({
  ...column,
  reason:
    'Good when the event of the conversion carries the campaign: whoever stores it has it. Fair when the campaign came with an earlier event and both have an id in common: the server can join them. A guess when they have nothing in common, so that only address and browser are left to go by.',
}))

export const REACH = [
  {
    key: 'withoutCode',
    title: 'without code',
    rule: 'A conversion that is written in the page’s HTML, and pressed.',
    reason: 'Good when the HTML names the conversion, fair when each click is recorded and somebody sorts them later.',
    words: { declared: 'good', 'as a click': 'fair', 'not run': 'failed' },
  },
  {
    key: 'elsewhere',
    title: 'to another domain',
    rule: 'A link on the landing page leads to the app on another registrable domain, where the conversion is.',
    reason: 'Worth as above: on the event, by an id, or not at all.',
    words: { event: 'good', id: 'fair', guess: 'guess' },
  },
  {
    key: 'server',
    title: 'from the server',
    rule: 'The site’s own server sends the conversion, with what the browser’s cookies or the page give it of the visitor.',
    reason: 'Worth as above.',
    words: { event: 'good', id: 'fair', guess: 'guess' },
  },
]

export const FAULTS = [
  {
    key: 'down',
    title: 'endpoint down, reload',
    rule: 'Connections are refused; after 20 s the endpoint is back and the page is loaded again.',
    reason: 'An outage ends, and the visitor is still there: no reason to lose anything.',
    words: ARRIVES,
  },
  {
    key: 'unavailable',
    title: '503 once',
    rule: 'The first attempt is answered 503.',
    reason: 'Good when the tracker tries again by itself, fair when it takes another page.',
    words: ARRIVES,
  },
  {
    key: 'retryAfter',
    title: '`Retry-After`',
    rule: 'The first attempt is answered 429 with Retry-After: 5.',
    reason:
      'Good when the next attempt comes, and not before the time asked for (RFC 9110, 10.2.3); fair when it comes too soon or with another page.',
    words: { arrived: 'good', later: 'fair', 'too soon': 'fair' },
  },
  {
    key: 'hang',
    title: 'no answer',
    rule: 'The first attempt is never answered; a second later the visitor goes on to another page of the shop.',
    reason: 'The request is gone with the page; the event need not be.',
    words: ARRIVES,
  },
  {
    key: 'offline',
    title: 'offline',
    rule: 'Without network for 20 s, then with.',
    reason: 'Good when it arrives without a reload.',
    words: ARRIVES,
  },
  {
    key: 'answerLost',
    title: 'answer lost',
    rule: 'The endpoint stores the event and its answer is lost.',
    reason:
      'Good when the repeat has an id in common with the first that no other event has, or no repeat ever comes; fair when both are the same to the byte; else a conversion is counted twice.',
    words: { 'same id': 'good', once: 'good', 'same bytes': 'fair' },
  },
  {
    key: 'navigation',
    ...RACE,
    title: 'navigation at once',
    rule: 'The call, and in the same task a link to a payment provider on another site; the page is gone before a connection to the endpoint stands.',
    reason: 'Good when the event arrives all the same, fair when it takes the visitor’s return.',
    words: ARRIVES,
  },
  {
    key: 'close',
    ...RACE,
    title: 'tab closed at once',
    rule: 'The call, a fifth of a second later the tab is closed, before a connection stands.',
    reason: 'As above.',
    words: ARRIVES,
  },
  {
    key: 'killed',
    ...RACE,
    title: 'renderer killed',
    rule: 'The page’s process dies a fifth of a second after the call, before a connection stands.',
    reason:
      'Phones do it to save memory. No handler runs: what is not handed to the browser or stored by then is gone.',
    words: ARRIVES,
  },
  {
    key: 'twoTabs',
    times: 3,
    often: 1,
    title: 'two tabs in an outage',
    rule: 'Two tabs record 25 conversions each while the endpoint answers 503 for 20 s, are closed, and a later visit delivers.',
    reason: 'Tabs that write the same place in turn overwrite each other. Good when all 50 arrive.',
    words: { arrived: 'good' },
  },
  {
    key: 'late',
    title: 'script late',
    rule: 'The call is made before the script has come.',
    reason:
      'Not applicable (–) where no button comes before it: a package in the shop’s own bundle, a script that the page waits for.',
    words: ARRIVES,
  },
  {
    key: 'blocked',
    title: 'script blocked',
    rule: 'The script never comes. The call may do nothing, but must not throw.',
    reason:
      'A button that dies with the tracker is worse than no tracker. Not applicable (–) to a package in the shop’s own bundle.',
    words: { arrived: 'good' },
  },
  {
    key: 'refused',
    title: 'storage refused',
    rule: 'The visitor has blocked cookies, so that touching localStorage throws.',
    reason: 'The event arrives, and nothing is thrown into the page.',
    words: ARRIVES,
  },
  { key: 'full', title: 'storage full', rule: 'localStorage has no room left.', reason: 'As above.', words: ARRIVES },
  {
    key: 'trustedTypes',
    title: 'Trusted Types',
    rule: "Under require-trusted-types-for 'script'.",
    reason: 'The event arrives and nothing is reported as a violation.',
    words: ARRIVES,
  },
]

export const COLUMNS = [...CAMPAIGNS, ...REACH, ...FAULTS]

/** From best to worst, to compare two. */
export const RANK = ['good', 'fair', 'guess', 'bad']

/** Two runs of the same peer differ by as much as this factor: a smaller difference in time means nothing. */
export const NOISE = 1.25

/**
 * The rating of a word in a column: 'good', 'fair', 'guess', 'none' for not applicable, 'failed' for a cell that
 * could not be run, else 'bad'.
 */
export const judge = ({ words }, verdict) =>
  verdict === '–' ? 'none' : verdict.startsWith('failed') ? 'failed' : (words[verdict] ?? 'bad')

/** Whether more runs could not change the outcome. */
export const isDecided = ({ often = 1 }, results) =>
  results.some(({ worth }) => worth === 'none') || results.filter(({ worth }) => worth === 'bad').length >= often

const badness = ({ worth }) => (worth === 'failed' ? -1 : RANK.indexOf(worth))

/** The one of several results that counts. If they differ, its note counts the equal ones. */
export const settle = ({ often = 1 }, results) => {
  const worstFirst = [...results].sort((one, other) => badness(other) - badness(one))
  const counted = worstFirst[often - 1] ?? worstFirst[0]
  const alike = results.filter(({ verdict }) => verdict === counted.verdict).length
  return { ...counted, ...(alike < results.length && { note: counted.note ?? `${alike} of ${results.length} times` }) }
}
