// Stands in the page before everything else: takes calls down with their moment and address until the script is there, and leads to it from then on.
// Ids: the name of a blob URL is a random UUID on every page, secure or not (W3C File API, 8.3).
window.wasabi ||= ((stub) => {
  for (const name of ['track', 'update', 'identify', 'reset', 'consent', 'attribution', 'init']) {
    stub[name] = (...args) => {
      if (stub.t) return stub.t[name](...args)
      if (name == 'attribution') return
      let id = args[1]?.interactionId
      if (/^(|undefined|null|NaN)$/.test(id)) id = URL.createObjectURL(new Blob()).slice(-36)
      stub.q.push([name, args, Date.now(), location.href, `${id}`])
      if (name == 'track') return `${id}`
    }
  }
  return stub
})({ q: [], h: location.href })
