const { TestEnvironment } = require('jest-environment-jsdom')

// Jest's document has no `fetch`. Node's `fetch` accepts only Node's own `AbortSignal`.
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup()
    this.global.fetch = (url, { signal, ...init }) => fetch(url, init)
  }
}
