/**
 * Code that must compile, and code that must not: by the source in `tsc -p .`, and by the declarations of the package
 * once it is installed (package.test.ts).
 */
import { createTracker, type ActionType, type Options, type UtmParameters, type Wasabi } from 'wasabi-utm'
import { campaignCookie, customerAction, readCampaign, type CustomerAction } from 'wasabi-utm/server'

/** The bare name, as a page with the tag has it. */
export const bare = (): string => wasabi.track('SIGN_UP')

/** On the site's own server. */
export const onServer = (cookie: string | undefined): readonly [CustomerAction, string | undefined] => [
  customerAction('SIGN_UP', { interactionId: 1, customerId: '42', utmParameters: readCampaign(cookie) }),
  campaignCookie('/?utm_source=news', { domain: undefined, days: 30 }),
]

export const tracker: Wasabi = createTracker({ endpoint: 'https://collect.example.com/customer-actions' })

/** Never run: only its types matter. */
export const right = (order: { id: string | undefined; customer: number }): readonly [string, string | undefined] => {
  const type: ActionType = 'SUBSCRIPTION_RESTARTED'
  const id: string = tracker.track(type)
  tracker.track('SIGN_UP', {})
  tracker.track('SIGN_UP', { customerId: 42, interactionId: order.id, subscriptionContractId: undefined })
  tracker.update(id, { customerId: order.customer })
  tracker.identify(order.customer)
  tracker.reset()
  tracker.consent(true)
  const campaign: UtmParameters | undefined = tracker.attribution()
  const options: Options = {
    endpoint: '/customer-actions',
    customerId: 42,
    consent: 'required',
    attribution: 'first',
    attributionDays: 30,
    utmTypes: 'SIGN_UP SUBSCRIPTION_RESTARTED',
    cookieDomain: 'none',
    debug: true,
  }
  tracker.init({ endpoint: '/', customerId: undefined, consent: undefined, attributionDays: undefined })
  tracker.init(options)
  window.wasabi?.track('PROMOTION_APPLIED')
  const { track } = tracker
  return [track('SUBSCRIPTION_CANCELLED'), campaign?.utmTerms]
}

export const wrong = (): void => {
  // @ts-expect-error a misspelt action is found in the editor, not in production
  tracker.track('SIGNUP')
  // @ts-expect-error an action has to be named
  tracker.track()
  // @ts-expect-error the type does not know any string to be an action
  tracker.track('SIGN_UP' as string)
  // @ts-expect-error no such detail
  tracker.track('SIGN_UP', { customer: '42' })
  // @ts-expect-error an id is a string or a number
  tracker.track('SIGN_UP', { customerId: null })
  // @ts-expect-error an id is a string or a number
  tracker.identify({ id: '42' })
  // @ts-expect-error a correction needs the id of its action
  tracker.update({ customerId: '42' })
  // @ts-expect-error an action keeps its interactionId
  tracker.update('1', { interactionId: '2' })
  // @ts-expect-error consent is given or refused
  tracker.consent('granted')
  // @ts-expect-error without an endpoint there is nowhere to send to
  createTracker({ debug: true })
  // @ts-expect-error no such mode
  createTracker({ endpoint: '/', consent: 'optional' })
  // @ts-expect-error no such option
  createTracker({ endpoint: '/', cookieDays: 3 })
  // @ts-expect-error before the script tag has run there may be no wasabi
  window.wasabi.track('SIGN_UP')
  // @ts-expect-error its functions stay as they are
  tracker.track = () => ''
}
