// Stands in the page before everything else: takes calls down with their moment and address until the script is there, and leads to it from then on.
// Ids: the name of a blob URL is a random UUID on every page, secure or not (W3C File API, 8.3).
window.wasabi ||= ((stub) => {
  'track update identify reset consent init attribution'.split(' ').map(
    (name, index) =>
      (stub[name] = (subject, details, id = details?.interactionId) => {
        if (stub.t) return stub.t[name](subject, details)
        // As the script reads an id: of the types, the names of `string` and `number` alone have an r.
        if (!/r/.test(typeof id) || /^(|undefined|null|NaN)$/.test(id)) id = URL.createObjectURL(new Blob()).slice(-36)
        stub.q.push([name, subject, { ...details }, Date.now(), location.href, (id += '')])
        // The first one, `track`, is the only one that gives an id back.
        return [id][index]
      }),
  )
  return stub
})({ q: [], h: location.href })
