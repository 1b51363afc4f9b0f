import { element, section } from './element.js'

const SHOP = 'wasabi.localhost'

const BROKEN =
  '{"eventType":"CUSTOMER_ACTION","eventAction":"CREATED","version":1,"body":{"interactionId":"no-customer","interaction":{"type":"SIGN_UP"},"createdAt":"yesterday"}}'

const send = (body) => fetch('/customer-actions', { method: 'POST', body, credentials: 'omit' }).catch(() => undefined)

const setCookie = (pair) => {
  const domain = location.hostname.endsWith(SHOP) ? `; domain=${SHOP}` : ''
  document.cookie = `${pair}; path=/; max-age=31536000${domain}`
}

/** The tools that a visitor can try beside the shop. */
export const createTools = (newestStored) => {
  const again = element('button', {
    type: 'button',
    className: 'quiet',
    textContent: 'Send the newest event again',
    disabled: true,
  })
  again.addEventListener('click', () => void send(JSON.stringify(newestStored())))

  const broken = element('button', { type: 'button', className: 'quiet', textContent: 'Send a broken one' })
  broken.addEventListener('click', () => void send(BROKEN))

  const ask = element('input', { type: 'checkbox', checked: document.cookie.includes('demo_consent=required') })
  ask.addEventListener('change', () => {
    setCookie(`demo_consent=${ask.checked ? 'required' : 'implied'}`)
    location.reload()
  })

  return {
    section: section(
      'Try it',
      element('p', { className: 'buttons' }, again, broken),
      element(
        'label',
        { className: 'switch' },
        ask,
        element(
          'span',
          {},
          'Ask for consent first: ',
          element('code', { textContent: 'data-consent="required"' }),
          ' on the tag',
        ),
      ),
      element(
        'p',
        {},
        element('a', { href: '/start-over', textContent: 'Start over' }),
        ' as somebody new: clears what this browser holds, and takes a fresh customer number.',
      ),
    ),
    update() {
      again.disabled = !newestStored()
    },
  }
}
