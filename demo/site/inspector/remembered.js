// Runs before the page is painted, so that a panel that was closed on the last page does not first open on this one.
try {
  if (sessionStorage.getItem('demo.panel') === 'closed') document.documentElement.dataset.panel = 'closed'
} catch {
  // No storage: then the panel opens on each page.
}
