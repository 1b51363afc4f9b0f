import { useEffect } from 'react'
import { wasabi } from './tracker.js'

// In StrictMode an effect runs twice, and a thank-you page is reloaded: with the same interactionId it is one action.
export const useSignUp = (orderId, customerId) => {
  useEffect(() => {
    wasabi.track('SIGN_UP', { interactionId: orderId, customerId })
  }, [orderId, customerId])
}
