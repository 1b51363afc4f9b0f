document.addEventListener('submit', (event) => {
  event.preventDefault()
  wasabi.track('PROMOTION_APPLIED')
  document.querySelector('#claimed').textContent = 'It is on your first box.'
})
