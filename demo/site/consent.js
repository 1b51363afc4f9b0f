// Runs right after the banner, so that the first paint shows it to a visitor who is asked (`data-consent="required"` on
// the tag) and has not answered yet.
const banner = document.querySelector('#consent')
const asked = document.querySelector('script[data-consent="required"]')
banner.hidden = !asked || document.cookie.includes('wasabi_consent=')

banner.addEventListener('click', ({ target }) => {
  if (!target.value) return
  wasabi.consent(target.value === 'yes')
  banner.hidden = true
})
