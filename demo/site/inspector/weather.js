import { element, section, whenChanged } from './element.js'

const CHOICES = [
  ['up', 'Works', 'takes events, and answers after its commit'],
  ['unavailable', 'Says 503', 'asks to come again in 5 s'],
  ['hangs', 'Hangs', 'takes the request, and never answers'],
  ['slow', 'Is slow', 'answers after 4 s'],
  ['drops', 'Loses answers', 'stores the event, and the answer gets lost'],
  ['away', 'Is away', 'connections break'],
]

/** Lets the endpoint go wrong. One for all browsers and tabs: the server does it. */
export const createWeather = () => {
  const radios = new Map()
  const set = element(
    'fieldset',
    { className: 'weather' },
    element('legend', { textContent: 'What the endpoint does' }),
  )
  for (const [value, name, meaning] of CHOICES) {
    const radio = element('input', { type: 'radio', name: 'weather', value })
    radios.set(value, radio)
    set.append(
      element('label', {}, radio, element('span', {}, element('strong', { textContent: name }), ` ${meaning}`)),
    )
  }
  set.addEventListener(
    'change',
    ({ target }) => void fetch('/demo/weather', { method: 'POST', body: target.value }).catch(() => undefined),
  )
  // Only on news from the server: a click is not taken back while it is on its way there.
  const show = whenChanged((weather) => {
    const radio = radios.get(weather)
    if (radio) radio.checked = true
  })
  return {
    section: section('Break it', set),
    update: ({ weather }) => show(weather),
  }
}
