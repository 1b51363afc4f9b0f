import { element, section, whenChanged } from './element.js'
import { keyOf } from './browser.js'

/** Each visitor has a number from the server. */
const [, customerId] = /\bdemo_account=(\d{9})\b/.exec(document.cookie) ?? []

const failed = ({ answer }) => answer === 'none' || answer >= 500

/** The steps for a first visitor, in order: a text, a link, and whether this visitor has seen it. */
const stepsOf = ({ browser, campaign, entries, attempts }) => {
  const isOwn = (event) => [customerId, browser.visitor].includes(event?.body.customerId)
  const taken = entries.filter(({ outcome, event }) => outcome !== 'refused' && isOwn(event)).map(({ event }) => event)
  const signedUp = taken.some(({ body }) => body.interaction.type === 'SIGN_UP')
  const keys = new Set(taken.map(keyOf))
  return [
    ['Arrive by a campaign link.', '/links', campaign.length > 0 || signedUp],
    ['Open the app, on another host.', '/app', location.pathname === '/app' || signedUp],
    ['Sign up: stored once, with its campaign.', '/app#sign-up', signedUp],
    [
      'Choose “Is away”, apply a promotion, reload, choose “Works”: nothing is lost.',
      '#inspector-break-it',
      attempts.some((attempt) => failed(attempt) && keys.has(attempt.key)),
    ],
  ]
}

export const createTour = () => {
  const list = element('ol', { className: 'tour' })
  const show = whenChanged((steps) => {
    const next = steps.findIndex(([, , done]) => !done)
    list.replaceChildren(
      ...steps.map(([text, href, done], index) =>
        element(
          'li',
          { className: done ? 'seen' : '', ...(index === next && { 'aria-current': 'step' }) },
          element('a', { className: 'text', href, textContent: text }),
          done ? element('span', { className: 'hidden', textContent: ' (seen)' }) : undefined,
        ),
      ),
    )
  })
  return { section: section('Two-minute tour', list), update: (model) => show(stepsOf(model)) }
}
