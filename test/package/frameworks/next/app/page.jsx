'use client'

import { useEffect } from 'react'
import { wasabi } from './wasabi.js'

export default function ThankYou() {
  // Rendered on the server too, where a call does nothing.
  const campaign = wasabi.attribution()?.utmCampaign ?? 'none'
  useEffect(() => {
    window.effects = (window.effects ?? 0) + 1
    wasabi.track('SIGN_UP', { interactionId: 'order-1', customerId: 'customer-1' })
  }, [])
  return (
    <button
      suppressHydrationWarning
      title={campaign}
      onClick={() => wasabi.track('SUBSCRIPTION_CANCELLED', { interactionId: 'end', customerId: 'customer-1' })}
    >
      End
    </button>
  )
}
