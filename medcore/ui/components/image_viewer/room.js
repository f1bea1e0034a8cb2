// How high a stage can be on the page.

const PHONE = "(max-width: 640px)"
const [LEAST_ROOM, LEAST_HEIGHT, MOST_HEIGHT] = [160, 320, 1100] // CSS pixels of the stage
const MARGIN = 12

/** Gives a stage the height that the window leaves room for; that of the style sheet where this is too little. */
function fitToWindow(root, stage) {
  const left = roomBelow(root, stage)
  const fits = left > LEAST_ROOM && !matchMedia(PHONE).matches
  stage.style.height = fits ? `${Math.min(Math.max(left, LEAST_HEIGHT), MOST_HEIGHT)}px` : ""
}

/** What grows and shrinks when something above an element does. */
function pageAround(element) {
  const { host } = element.getRootNode()
  return host ? pageAround(host) : (element.closest('[data-testid="stMainBlockContainer"]') ?? document.body)
}

/** CSS pixels from the top of an element to the end of the window, less what lies below it, with nothing scrolled. */
function roomBelow(root, element) {
  const { top, bottom } = element.getBoundingClientRect()
  let scrolled = 0
  for (let node = root; node; node = node.parentElement ?? node.getRootNode().host) scrolled += node.scrollTop
  return window.innerHeight - (top + scrolled) - (root.getBoundingClientRect().bottom - bottom) - MARGIN
}
