// The stub, before everything else in the page. It queues calls with their time until the script has loaded, and then
// passes them on. ES5, since tag managers compile nothing newer. No ampersand and no less-than sign, since a page may
// be XHTML. Never throws, whatever the page has replaced. An element with the id `wasabi` is no stub.
!(function (page, stub) {
  if ((page.wasabi || 0).track) return
  // `replace` is the loop: old libraries replace `map`. `offset` is 0 for `track` only.
  'track update identify reset consent init attribution'.replace(/\w+/g, function (name, offset) {
    stub[name] = function (subject, details, call) {
      call = (details || 0).interactionId
      try {
        // The pattern has most words for a missing value, as there is room: the script records the id that is returned
        // here. The name of a blob URL is a random UUID on every page, secure or not (W3C File API, 8.3). It takes 4 ms
        // of the page in Chromium 150, so only `track` creates one: the script creates the other ids.
        call = offset
          ? call
          : /^(|undefined|true|false|n(ull|an|one)|\[o.*)$/i.test(call)
            ? URL.createObjectURL(new Blob()).slice(-36)
            : call + ''
      } catch (e) {}
      // Returns the element at the offset: here only the id of `track`. The script stores all results there.
      stub.q.push((call = [call, name, subject, Object.assign({}, details), +new Date(), offset]))
      return call[offset]
    }
  })
  page.wasabi = stub
})(window, { q: [] })
