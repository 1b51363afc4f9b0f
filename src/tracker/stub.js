// Is in the page before everything else: queues calls with their moment and address until the script is there, and
// passes them on from then. ES5, since tag managers compile nothing newer; no ampersand and no less-than sign, since a
// page may be XHTML; throws nothing, whatever the page owns. An element with the id `wasabi` is no stub.
!(function (page, stub) {
  if ((page.wasabi || 0).track) return
  // Not `map`: old libraries replace it. `offset` is 0 for `track` alone, which is the only one that gives an id back.
  'track update identify reset consent init attribution'.replace(/\w+/g, function (name, offset) {
    stub[name] = function (subject, details, id) {
      if (stub.t) return stub.t[name](subject, details)
      id = (details || 0).interactionId
      try {
        // Of the types, the names of `string` and `number` alone have an r. The name of a blob URL is a random UUID on
        // every page, secure or not (W3C File API, 8.3).
        id = (/r/.test(typeof id) ? id + '' : 0) || URL.createObjectURL(new Blob()).slice(-36)
      } catch (e) {}
      stub.q.push([name, subject, Object.assign({}, details), +new Date(), location.href, id])
      return [id][offset]
    }
  })
  page.wasabi = stub
})(window, { q: [] })
