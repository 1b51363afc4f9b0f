const OFFERS = new Map([
  ['/spring', ['Spring box', 'Salmon, peas, and a ribbon to chase. Until the end of May.']],
  ['/rescue', ['Rescue box', 'Mild and plenty, for a kitten that has had a hard start. One in ten goes to a shelter.']],
])

/** As routers do: the route is the part before the question mark. */
const show = () => {
  const [title, text] = OFFERS.get(location.hash.slice(1).split('?')[0]) ?? OFFERS.get('/spring')
  document.querySelector('#route-title').textContent = title
  document.querySelector('#route-text').textContent = text
}

addEventListener('hashchange', show)
show()
