// Follows the endpoint's stream and the demo's own. A hidden page closes both: a browser has six connections to a host,
// for all of its tabs.
const OUTCOMES = ['stored', 'repeated', 'refused']

/** @param on called with `stored`, `repeated`, `refused`, `attempt`, `weather` or `connected`, and its data */
export const follow = (on) => {
  let streams = []
  let seen = '0'

  const listen = (stream, name) => {
    stream.addEventListener(name, ({ data, lastEventId }) => {
      if (OUTCOMES.includes(name)) seen = lastEventId || seen
      on(name, JSON.parse(data))
    })
  }

  const open = () => {
    if (streams.length) return
    const events = new EventSource(`/customer-actions/stream?after=${seen}`)
    const demo = new EventSource('/demo/live')
    for (const name of OUTCOMES) listen(events, name)
    for (const name of ['attempt', 'weather']) listen(demo, name)
    events.addEventListener('open', () => on('connected', true))
    events.addEventListener('error', () => on('connected', false))
    streams = [events, demo]
  }

  const close = () => {
    for (const stream of streams) stream.close()
    streams = []
  }

  document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? close() : open()))
  addEventListener('pagehide', close)
  addEventListener('pageshow', open)
  if (document.visibilityState !== 'hidden') open()
}
