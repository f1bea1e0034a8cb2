// Where a surface is drawn in its area. Sizes are ours and said to Plotly each time: it keeps those of the drawing before.

const SMALL = 420 // CSS pixels of width below which there is no room for the colour bar
const TALLEST = 600 // CSS pixels
const ROOM = { left: 60, right: 12, bar: 92, top: 10, bottom: 52 } // CSS pixels around the axes: their marks and titles

/** The axes' box and the size of the whole, in CSS pixels; both weights on one scale, in the middle of `width`. */
function frameFor({ x, y }, width) {
  const bar = width >= SMALL
  const right = bar ? ROOM.bar : ROOM.right
  const ratio = (y[1] - y[0]) / (x[1] - x[0])
  const across = Math.max(1, Math.min(width - ROOM.left - right, (TALLEST - ROOM.top - ROOM.bottom) / ratio))
  const spare = (width - ROOM.left - across - right) / 2
  const axes = { left: ROOM.left + spare, top: ROOM.top, width: across, height: across * ratio }
  const whole = { width, height: axes.height + ROOM.top + ROOM.bottom }
  const margin = { l: axes.left, r: right + spare, t: ROOM.top, b: ROOM.bottom, pad: 4, autoexpand: false }
  return { axes, whole, margin, bar }
}
