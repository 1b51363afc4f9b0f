// Makes this browser a new visitor. It deletes all that wasabi stores, on the app's host and then on the shop's. It
// also deletes the customer number, whose sign-up stays in the data file: the server assigns another one to the next
// page. This page has no tag, so nothing is written back.
const SHOP = 'wasabi.localhost'
const LANDING =
  '/?utm_source=123456789&utm_medium=youtube&utm_campaign=spring_sale&utm_content=banner_ad&utm_term=cats+kitten+food'

const { hostname, port } = location
const domain = hostname.endsWith(SHOP) ? `; domain=${SHOP}` : ''

for (const key of Object.keys(localStorage)) if (key.startsWith('wasabi.')) localStorage.removeItem(key)
for (const name of ['wasabi_utm', 'wasabi_id', 'wasabi_consent']) {
  for (const where of ['', domain]) document.cookie = `${name}=; path=/; max-age=0${where}`
}

if (hostname === SHOP && location.hash !== '#app-is-done') {
  location.replace(`http://app.${SHOP}:${port}/start-over`)
} else if (hostname === `app.${SHOP}`) {
  location.replace(`http://${SHOP}:${port}/start-over#app-is-done`)
} else {
  document.cookie = `demo_account=; path=/; max-age=0${domain}`
  location.replace(LANDING)
}
