/** The one thing a page for the printer does. */
const button = document.querySelector('[data-print]')
button.hidden = false
button.addEventListener('click', () => window.print())
