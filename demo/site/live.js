// Shows what the endpoint stores as it stores it. Text only: campaign values come from anyone's links.
const list = document.querySelector('#events')
const show = (title, value) => {
  const row = document.createElement('li')
  row.append(Object.assign(document.createElement('pre'), { textContent: `${title}\n${JSON.stringify(value, null, 2)}` }))
  list.prepend(row)
}
const stream = new EventSource('/customer-actions/stream?after=0')
for (const outcome of ['stored', 'repeated', 'refused']) {
  stream.addEventListener(outcome, ({ data }) => {
    const { event, ...rest } = JSON.parse(data)
    show(outcome, event ?? rest)
  })
}
