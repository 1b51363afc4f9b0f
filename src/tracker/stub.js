// Is in the page before everything else: queues calls with their moment until the script is there, and passes them on
// from then. ES5, since tag managers compile nothing newer; no ampersand and no less-than sign, since a page may be
// XHTML; throws nothing, whatever the page owns. An element with the id `wasabi` is no stub.
!(function (page, stub) {
  if ((page.wasabi || 0).track) return
  // Not `map`: old libraries replace it. `offset` is 0 for `track` alone.
  'track update identify reset consent init attribution'.replace(/\w+/g, function (name, offset) {
    stub[name] = function (subject, details, call) {
      call = (details || 0).interactionId
      try {
        // Most of the words for a missing value, as there is room: what is returned is what the script records.
        // The name of a blob URL is a random UUID on every page, secure or not (W3C File API, 8.3). It takes 4 ms of
        // the page in Chromium 150, so only `track` gets one: the script makes an id where there is none.
        call = offset
          ? call
          : /^(|undefined|true|false|n(ull|an|one)|\[o.*)$/i.test(call)
            ? URL.createObjectURL(new Blob()).slice(-36)
            : call + ''
      } catch (e) {}
      // Each function returns what is at its offset: here the id of `track` alone; the script puts all results there.
      stub.q.push((call = [call, name, subject, Object.assign({}, details), +new Date(), offset]))
      return call[offset]
    }
  })
  page.wasabi = stub
})(window, { q: [] })
