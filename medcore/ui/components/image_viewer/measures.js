// Rulers and boxes: what they measure, and how they look.

const INK = "#ffd43b"

/** A measure is { kind: "ruler" | "box", ends: [[x, y], [x, y]] } in pixels of its slice. */

/** The pixels of a box: whole ones, at least one, inside the slice. */
function region({ ends }, { rows, columns }) {
  const span = (axis, most) => {
    const [a, b] = ends.map((end) => end[axis]).sort((p, q) => p - q)
    const start = clamp(Math.round(a), 0, most - 1)
    return [start, clamp(Math.round(b), start + 1, most)]
  }
  const [left, right] = span(0, columns)
  const [top, bottom] = span(1, rows)
  return { left, right, top, bottom, count: (right - left) * (bottom - top) }
}

/** Mean, standard deviation (of these pixels, not an estimate), smallest and largest value, of one sample. */
function statistics({ left, right, top, bottom }, slice, sample = 0) {
  const { pixels, columns, samples, slope, intercept } = slice
  let count = 0
  let mean = 0
  let squares = 0
  let least = Infinity
  let largest = -Infinity
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const value = pixels[(row * columns + column) * samples + sample] * slope + intercept
      if (Number.isNaN(value)) continue
      count += 1
      const off = value - mean
      mean += off / count
      squares += off * (value - mean)
      if (value < least) least = value
      if (value > largest) largest = value
    }
  }
  return count ? { mean, deviation: Math.sqrt(squares / count), least, largest } : null
}

/** What a measure says, line by line. */
function readings(measure, slice, { spacing }, unit) {
  return measure.kind === "ruler" ? [lengthOf(measure, spacing)] : boxReadings(measure, slice, spacing, unit)
}

function lengthOf({ ends: [from, to] }, spacing) {
  const [down, right] = spacing ?? [1, 1]
  return `${extent(Math.hypot((to[0] - from[0]) * right, (to[1] - from[1]) * down))} ${spacing ? "mm" : "px"}`
}

function boxReadings(measure, slice, spacing, unit) {
  const inside = region(measure, slice)
  const whole = isWhole(slice)
  const tail = unit ? ` ${unit}` : ""
  const lines = []
  for (let sample = 0; sample < slice.samples; sample++) {
    const found = statistics(inside, slice, sample)
    const name = slice.samples === 3 ? `${"RGB"[sample]} ` : ""
    if (!found) lines.push("No values")
    else {
      lines.push(`${name}Mean ${fine(found.mean, whole)}${tail}, SD ${fine(found.deviation, whole)}`)
      if (!name) lines.push(`Min ${digits(found.least, whole)}, max ${digits(found.largest, whole)}`)
    }
  }
  const pixels = `${inside.count.toLocaleString("en")} px`
  lines.push(spacing ? `${extent(inside.count * spacing[0] * spacing[1])} mm², ${pixels}` : pixels)
  return lines
}

/** The end of a measure within reach of a point of the stage: [measure, 0 or 1], or null. */
function endAt(measures, placement, [x, y], reach) {
  for (const measure of [...measures].reverse()) {
    for (const end of [1, 0]) {
      const [a, b] = placement.toStage(measure.ends[end])
      if (Math.hypot(a - x, b - y) <= reach) return [measure, end]
    }
  }
  return null
}

function drawMeasure(context, measure, lines, placement, slice, stage) {
  const inside = measure.kind === "box" ? region(measure, slice) : null
  const corners = inside
    ? [placement.toStage([inside.left, inside.top]), placement.toStage([inside.right, inside.bottom])]
    : measure.ends.map((end) => placement.toStage(end))
  const path = new Path2D()
  if (inside) path.rect(...corners[0], corners[1][0] - corners[0][0], corners[1][1] - corners[0][1])
  else {
    path.moveTo(...corners[0])
    path.lineTo(...corners[1])
    ticks(path, corners)
  }
  context.lineCap = "round"
  outline(context, path)
  label(context, lines, corners[1], stage)
}

/** Short strokes across the ends of a ruler. */
function ticks(path, [from, to]) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1])
  if (!length) return
  const across = [(-(to[1] - from[1]) / length) * 5, ((to[0] - from[0]) / length) * 5]
  for (const [x, y] of [from, to]) {
    path.moveTo(x - across[0], y - across[1])
    path.lineTo(x + across[0], y + across[1])
  }
}

function outline(context, path) {
  context.lineWidth = 4
  context.strokeStyle = "rgba(0, 0, 0, 0.65)"
  context.stroke(path)
  context.lineWidth = 1.5
  context.strokeStyle = INK
  context.stroke(path)
}

/** Lines of text beside a point, on the stage. */
function label(context, lines, [x, y], { width, height, font }) {
  context.font = `500 13px ${font}`
  const wide = Math.max(...lines.map((line) => context.measureText(line).width)) + 12
  const high = 17 * lines.length + 7
  const left = clamp(x + 10, 2, Math.max(2, width - wide - 2))
  const top = clamp(y + 10, 2, Math.max(2, height - high - 2))
  context.fillStyle = "rgba(0, 0, 0, 0.7)"
  context.beginPath()
  context.roundRect(left, top, wide, high, 4)
  context.fill()
  context.fillStyle = INK
  context.textBaseline = "top"
  lines.forEach((line, i) => context.fillText(line, left + 6, top + 5 + 17 * i))
}
