// Loads in the head and listens at the document, so that no early click is lost.
const actions = {
  'sign-up'(account) {
    wasabi.identify(account.customerId)
    wasabi.track('SIGN_UP', { ...account, interactionId: account.customerId })
    return 'Welcome! You are signed up.'
  },
  promotion(account) {
    wasabi.track('PROMOTION_APPLIED', account)
    return `The code ${document.querySelector('#code').value} is on your contract.`
  },
  cancel(account) {
    wasabi.track('SUBSCRIPTION_CANCELLED', account)
    return 'Your subscription ends with this week.'
  },
  restart(account) {
    wasabi.track('SUBSCRIPTION_RESTARTED', account)
    return 'Welcome back! The next box comes on Wednesday.'
  },
  'log-out'() {
    wasabi.reset()
    return 'You are logged out.'
  },
}

/** The server has put both ids into the page: `customerId` and `subscriptionContractId`. */
const act = (action) => {
  const account = { ...document.querySelector('#main').dataset }
  document.querySelector('#done').textContent = action(account)
}

document.addEventListener('click', ({ target }) => {
  if (target.type === 'button' && Object.hasOwn(actions, target.id)) act(actions[target.id])
})
document.addEventListener('submit', (event) => {
  event.preventDefault()
  act(actions.promotion)
})
