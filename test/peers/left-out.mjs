/** What people use as well and is not in the table, and why. */
export const LEFT_OUT = [
  { title: 'Matomo', reason: 'npm has loaders only (@datapunt/matomo-tracker-js, vue-matomo): the tracker itself, matomo.js, comes from a Matomo server' },
  { title: 'Umami', reason: 'npm has the whole server in an old version (umami 2.10.0); the tracker comes from an Umami server' },
  { title: 'GoatCounter', reason: 'count.js is not on npm' },
  { title: 'Snowplow’s sp.lite.js', reason: '@snowplow/javascript-tracker is not on npm any more; the browser tracker of the same version is in the table' },
  { title: 'utm_form', reason: 'not on npm' },
  { title: 'Google Analytics, Fathom, Vercel Analytics, Piwik PRO, Simple Analytics', reason: 'their npm packages load the tracker from the vendor’s host' },
]
