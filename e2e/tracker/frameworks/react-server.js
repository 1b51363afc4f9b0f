// Run by Node: the component, and wasabi with it, is imported where there is no window.
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { ThankYou } from './react-page.js'

console.log(renderToString(createElement(ThankYou)))
