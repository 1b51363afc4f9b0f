export default {
  test: {
    environment: 'jsdom',
    environmentOptions: { jsdom: { url: 'http://localhost/?utm_source=framework&utm_campaign=spring' } },
  },
}
