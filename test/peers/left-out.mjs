/** Trackers that people use but that are not in the table, each with the reason. */
export const LEFT_OUT = [
  {
    title: 'Matomo',
    reason:
      'npm has loaders only (@datapunt/matomo-tracker-js, vue-matomo): the tracker itself, matomo.js, comes from a Matomo server',
  },
  {
    title: 'Umami',
    reason: 'npm has the whole server in an old version (umami 2.10.0); the tracker comes from an Umami server',
  },
  { title: 'GoatCounter', reason: 'count.js was not found on npm on the day of the run' },
  {
    title: 'Snowplow’s sp.lite.js',
    reason:
      '@snowplow/javascript-tracker was not found on npm (404) on the day of the run; the browser tracker is in the table',
  },
  { title: 'utm_form', reason: 'not found on npm (404) on the day of the run' },
  {
    title: 'Google Analytics, Fathom, Vercel Analytics, Piwik PRO, Simple Analytics',
    reason: 'their npm packages load the tracker from the vendor’s host',
  },
]
