import { createElement, StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { ThankYou } from './react-page.js'

hydrateRoot(document.querySelector('main'), createElement(StrictMode, null, createElement(ThankYou)))
