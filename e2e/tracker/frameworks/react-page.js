import { createElement, useEffect, useState } from 'react'
import { useSignUp } from './react.js'

/**
 * A thank-you page that counts its effects. Its button shows that the browser has taken the page over from the
 * server.
 */
export const ThankYou = () => {
  const [clicks, setClicks] = useState(0)
  useEffect(() => {
    window.effects = (window.effects ?? 0) + 1
  }, [])
  useSignUp('order-1', 'customer-1')
  return createElement('button', { onClick: () => setClicks(clicks + 1) }, `Thank you ${clicks}`)
}
