// How a surface looks: its colours in this theme, and the values that stand for its heights.

/** From the deepest to the highest, faint, so that the paths stand out. */
const SCALES = {
  plane: {
    light: ["#a9c1dc", "#c8d8e9", "#dfe9f3", "#f0f5f9", "#ffffff"],
    dark: ["#0b1017", "#141c27", "#1d2836", "#283647", "#35465c"],
  },
  relief: {
    light: ["#7f9dc0", "#a9c1dc", "#c8d8e9", "#dbe6f1", "#e8eff6"],
    dark: ["#1a2432", "#22303f", "#2b3a4d", "#34465c", "#3f536b"],
  },
}

/** The page's font and colours, and the scale that goes with them. */
function themeOf(root) {
  const style = getComputedStyle(root)
  const [red, green, blue] = style.color.match(/[\d.]+/g).map(Number)
  const dark = red + green + blue > 382
  return { font: { family: style.fontFamily, color: style.color, size: 13 }, text: style.color, dark }
}

function colourScale(theme, view) {
  const colours = SCALES[view][theme.dark ? "dark" : "light"]
  return colours.map((colour, i) => [i / (colours.length - 1), colour])
}

/** Where the surface of these facts draws a value. */
function heightOf(value, { floor, offset }) {
  return offset ? Math.log10(Math.max(value - floor, 0) + offset) : value
}

/** How high the surface is drawn at this place: between the corners of its cell. */
function drawnHeight({ x, y, heights }, atX, atY) {
  const cells = heights.length - 1
  const cell = (at, [low, high]) => {
    const share = ((at - low) / (high - low)) * cells
    const first = Math.min(cells - 1, Math.floor(share))
    return [first, share - first]
  }
  const [[column, across], [row, up]] = [cell(atX, x), cell(atY, y)]
  const along = (line) => line[column] * (1 - across) + line[column + 1] * across
  return along(heights[row]) * (1 - up) + along(heights[row + 1]) * up
}

/** Marks of the height axis, which say the value: one a power of ten where heights are logarithms. */
function heightTicks(facts) {
  if (!facts.offset) return {}
  const powers = Array.from({ length: 8 }, (_, i) => 10 ** (i + 1 + Math.ceil(Math.log10(facts.offset))))
  const values = [facts.floor, ...powers.map((power) => facts.floor + power)]
  return { tickvals: values.map((value) => heightOf(value, facts)), ticktext: values.map((value) => inWords(value, 2)) }
}

/** n+1 places from low to high. */
function places([low, high], n) {
  return Array.from({ length: n + 1 }, (_, i) => low + ((high - low) * i) / n)
}
