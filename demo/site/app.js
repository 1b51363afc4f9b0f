import { customerId, subscriptionContractId } from '/account.js'

const on = (id, event, act) => document.querySelector(id).addEventListener(event, act)
const say = (text) => (document.querySelector('#done').textContent = text)

document.querySelector('#customer').textContent = customerId
document.querySelector('#contract').textContent = subscriptionContractId

on('#sign-up', 'click', () => {
  wasabi.identify(customerId)
  wasabi.track('SIGN_UP', { customerId, interactionId: customerId, subscriptionContractId })
  say('Welcome! You are signed up.')
})

on('#promotion', 'submit', (event) => {
  event.preventDefault()
  wasabi.track('PROMOTION_APPLIED', { customerId, subscriptionContractId })
  say(`The code ${event.target.code.value} is on your contract.`)
})

on('#cancel', 'click', () => {
  wasabi.track('SUBSCRIPTION_CANCELLED', { customerId, subscriptionContractId })
  say('Your subscription ends with this week.')
})

on('#restart', 'click', () => {
  wasabi.track('SUBSCRIPTION_RESTARTED', { customerId, subscriptionContractId })
  say('Welcome back! The next box comes on Wednesday.')
})

on('#log-out', 'click', () => {
  wasabi.reset()
  say('You are logged out.')
})
