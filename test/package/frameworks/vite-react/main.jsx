import { StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { wasabi } from './wasabi.js'

const ThankYou = () => {
  useEffect(() => {
    window.effects = (window.effects ?? 0) + 1
    wasabi.track('SIGN_UP', { interactionId: 'order-1', customerId: 'customer-1' })
  }, [])
  return (
    <button onClick={() => wasabi.track('SUBSCRIPTION_CANCELLED', { interactionId: 'end', customerId: 'customer-1' })}>
      End
    </button>
  )
}

createRoot(document.querySelector('main')).render(
  <StrictMode>
    <ThankYou />
  </StrictMode>,
)
