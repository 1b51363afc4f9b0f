import { element, section, whenChanged } from './element.js'

const CHOICES = [
  ['up', 'Works', 'It stores each event, then answers.'],
  ['unavailable', 'Says 503', 'It answers 503, and asks to be tried again in 5 s.'],
  ['hangs', 'Hangs', 'It reads the request, and never answers.'],
  ['slow', 'Is slow', 'It answers after 4 s.'],
  ['drops', 'Loses answers', 'It stores the event, but its answer gets lost.'],
  ['away', 'Is away', 'Nobody can connect to it.'],
]

/** Lets the endpoint fail, for all browsers and tabs at once: the server does it. */
export const createWeather = () => {
  const radios = new Map()
  const meaning = element('p', { className: 'none', 'aria-live': 'polite' })
  const set = element(
    'fieldset',
    { className: 'weather' },
    element('legend', { className: 'hidden', textContent: 'Behaviour of the endpoint' }),
  )
  for (const [value, name] of CHOICES) {
    const radio = element('input', { type: 'radio', name: 'weather', value })
    radios.set(value, radio)
    set.append(element('label', {}, radio, name))
  }
  set.addEventListener(
    'change',
    ({ target }) => void fetch('/demo/weather', { method: 'POST', body: target.value }).catch(() => undefined),
  )
  // Only when the server reports a change, so that a click is not undone before its request arrives.
  const show = whenChanged((weather) => {
    const radio = radios.get(weather)
    if (radio) radio.checked = true
    meaning.textContent = CHOICES.find(([value]) => value === weather)?.[2] ?? ''
  })
  const head = section('Break it', set, meaning)
  head.className = 'breaker'
  return { section: head, update: ({ weather }) => show(weather) }
}
