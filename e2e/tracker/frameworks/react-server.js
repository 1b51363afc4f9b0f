// Run by Node: it imports the component, and wasabi with it, where there is no window.
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { ThankYou } from './react-page.js'

console.log(renderToString(createElement(ThankYou)))
