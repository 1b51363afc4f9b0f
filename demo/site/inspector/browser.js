// Reads wasabi's data in this browser, as anyone can: from the cookies and from localStorage.
const UTM = {
  utm_source: 'utmSource',
  utm_medium: 'utmMedium',
  utm_campaign: 'utmCampaign',
  utm_content: 'utmContent',
  utm_term: 'utmTerms',
}

const parse = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The key of an event. No two events share one; a correction has its own. */
export const keyOf = ({ eventAction, body = {} } = {}) => [eventAction, body.interactionId, body.updatedAt].join(' ')

const FIELDS = Object.values(UTM)

/**
 * The campaign that a conversion would get now, as wasabi's own `attribution()` returns it: before consent, it is known
 * but not stored. The inspector's own page has no tag, and reads the cookie. Until a page has loaded, there is only the
 * stub, which has no answer.
 */
export const readCampaign = ({ campaign }) => {
  if (!window.wasabi || document.readyState !== 'complete') return campaign
  const known = window.wasabi.attribution() ?? {}
  return FIELDS.flatMap((field) => (known[field] ? [[field, known[field]]] : []))
}

export const readBrowser = () => {
  const cookies = document.cookie.split('; ').filter((pair) => pair.startsWith('wasabi_'))
  const cookie = (name) => cookies.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
  const campaign = new URLSearchParams(cookie('wasabi_utm'))
  const person = new URLSearchParams(cookie('wasabi_id'))
  const [askedAt = 0, wait = 0] = (localStorage.getItem('wasabi.wait') ?? '').split(' ').map(Number)
  const keys = Object.keys(localStorage).sort()
  const events = (prefix) =>
    keys
      .filter((key) => key.startsWith(prefix))
      .map((key) => parse(localStorage.getItem(key)))
      .filter((event) => event?.body?.interaction)
  return {
    cookies,
    campaign: Object.entries(UTM).flatMap(([name, field]) => (campaign.get(name) ? [[field, campaign.get(name)]] : [])),
    visitor: person.get('v') || undefined,
    customer: person.get('c') || undefined,
    consent: cookie('wasabi_consent'),
    outbox: [...events('wasabi.C.'), ...events('wasabi.U.')],
    recorded: events('wasabi.J.').map(({ body }) => `${body.interaction.type} ${body.interactionId}`),
    waitUntil: askedAt + wait,
  }
}
