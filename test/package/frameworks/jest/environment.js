const { TestEnvironment } = require('jest-environment-jsdom')

// Jest's document has no `fetch`. Node's knows no `AbortSignal` but its own.
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup()
    this.global.fetch = (url, { signal, ...init }) => fetch(url, init)
  }
}
