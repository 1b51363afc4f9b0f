import { element, section, terms, whenChanged } from './element.js'

const FIELDS = ['utmSource', 'utmMedium', 'utmCampaign', 'utmContent', 'utmTerms']

const ANSWERS = { granted: 'granted', denied: 'refused: nothing is stored or sent' }

/** The most recorded events that are named. */
const NAMED = 4

const asked = () => document.cookie.includes('demo_consent=required')

/** The campaign that a conversion would get now. */
export const createCampaign = () => {
  const content = element('div', { className: 'credit' })
  const show = whenChanged(({ campaign, stored }) => {
    const values = Object.fromEntries(campaign)
    const note = element('p', { className: 'none' })
    if (!campaign.length)
      note.append(
        'No campaign yet: choose a link among the ',
        element('a', { href: '/links', textContent: 'ways to arrive' }),
        '.',
      )
    else if (!stored) note.append('This page knows it. Nothing is stored before consent.')
    const known = campaign.length ? [terms(FIELDS.map((field) => [field, values[field]]))] : []
    content.replaceChildren(note, ...known)
  })
  return {
    section: section('Campaign of the next conversion', content),
    update: ({ campaign, browser }) => show({ campaign, stored: browser.campaign.length > 0 }),
  }
}

/** The other data that the browser stores. */
export const createHolds = () => {
  const content = element('div')
  const raw = element('pre', { tabIndex: 0 })
  const show = whenChanged(({ visitor, customer, consent, recorded, cookies, required }) => {
    content.replaceChildren(
      terms([
        ['visitor', visitor],
        ['customer', customer],
        ['consent', ANSWERS[consent] ?? (required ? 'not answered yet' : 'not asked for')],
        [
          'recorded here',
          recorded.length
            ? [
                ...recorded.slice(0, NAMED),
                ...(recorded.length > NAMED ? [`and ${recorded.length - NAMED} more`] : []),
              ].join('\n')
            : undefined,
        ],
      ]),
    )
    raw.textContent = cookies.join('\n') || 'no cookie of wasabi’s'
  })
  return {
    section: section(
      'This browser',
      content,
      element('details', {}, element('summary', { textContent: 'Cookies as they are' }), raw),
    ),
    update: ({ browser }) => show({ ...browser, required: asked() }),
  }
}
