// The drawn mask: a class number for each pixel, and what the tools do to it.

class Mask {
  constructor(columns, rows, classes = new Uint8Array(columns * rows)) {
    Object.assign(this, { columns, rows, classes })
    this.stroke = null // the box that the step under way has touched
    this.fresh = this.all // the box that is not painted yet
  }

  get all() {
    return { left: 0, top: 0, right: this.columns, bottom: this.rows }
  }

  /** Pixels `from` up to, without, `to` of a row become of that class; what lies beside the image is left out. */
  span(y, from, to, number) {
    const [left, right] = [Math.max(0, from), Math.min(this.columns, to)]
    if (y < 0 || y >= this.rows || left >= right) return
    this.classes.fill(number, y * this.columns + left, y * this.columns + right)
    const box = { left, top: y, right, bottom: y + 1 }
    this.stroke = union(this.stroke, box)
    this.fresh = union(this.fresh, box)
  }

  /** One print of the brush; `middle` is what `brushMiddle` gives. */
  stamp([x, y], brush, number) {
    for (const [dy, from, to] of brush) this.span(y + dy, x + from, x + to, number)
  }

  /** Prints along a line from pixel to pixel, so that a fast hand leaves no gaps (Bresenham 1965). */
  line([x, y], [toX, toY], brush, number) {
    const [wide, high] = [Math.abs(toX - x), Math.abs(toY - y)]
    const [right, down] = [Math.sign(toX - x), Math.sign(toY - y)]
    for (let error = wide - high; ; ) {
      this.stamp([x, y], brush, number)
      if (x === toX && y === toY) return
      const twice = 2 * error
      if (twice > -high) [error, x] = [error - high, x + right]
      if (twice < wide) [error, y] = [error + wide, y + down]
    }
  }

  /** Pixels whose middle lies in the polygon, by the even-odd rule. */
  polygon(points, number) {
    const heights = points.map(([, y]) => y)
    const last = Math.min(this.rows - 1, Math.floor(Math.max(...heights)))
    for (let y = Math.max(0, Math.floor(Math.min(...heights))); y <= last; y++) {
      const cuts = crossings(points, y + 0.5)
      for (let i = 0; i + 1 < cuts.length; i += 2) {
        this.span(y, Math.ceil(cuts[i] - 0.5), Math.ceil(cuts[i + 1] - 0.5), number)
      }
    }
  }

  /** The connected region of one class around a pixel, by its four neighbours, row by row. */
  flood([x, y], number) {
    const { classes, columns, rows } = this
    if (x < 0 || y < 0 || x >= columns || y >= rows) return
    const old = classes[y * columns + x]
    if (old === number) return
    const waiting = [[x, y]]
    while (waiting.length) {
      const [column, row] = waiting.pop()
      const start = row * columns
      if (classes[start + column] !== old) continue
      let [from, to] = [column, column + 1]
      while (from > 0 && classes[start + from - 1] === old) from--
      while (to < columns && classes[start + to] === old) to++
      this.span(row, from, to, number)
      for (const next of [row - 1, row + 1]) {
        if (next < 0 || next >= rows) continue
        for (let i = from; i < to; i++) {
          const begins = i === from || classes[next * columns + i - 1] !== old
          if (begins && classes[next * columns + i] === old) waiting.push([i, next])
        }
      }
    }
  }

  /** Copies the classes of a box, row by row, from or into `patch`. */
  copy({ left, top, right, bottom }) {
    const width = right - left
    const patch = new Uint8Array(width * (bottom - top))
    for (let y = top; y < bottom; y++) {
      const start = y * this.columns + left
      patch.set(this.classes.subarray(start, start + width), (y - top) * width)
    }
    return patch
  }

  paste(box, patch) {
    const width = box.right - box.left
    for (let y = box.top; y < box.bottom; y++) {
      const from = (y - box.top) * width
      this.classes.set(patch.subarray(from, from + width), y * this.columns + box.left)
    }
    this.fresh = union(this.fresh, box)
  }

  /** [class, length, class, length, …] along the rows: how the mask travels. */
  runs() {
    const { classes } = this
    const runs = []
    for (let from = 0, i = 1; i <= classes.length; i++) {
      if (i < classes.length && classes[i] === classes[from]) continue
      runs.push(classes[from], i - from)
      from = i
    }
    return runs
  }

  static of(runs, columns, rows) {
    const mask = new Mask(columns, rows)
    for (let i = 0, at = 0; i < runs.length; i += 2) {
      mask.classes.fill(runs[i], at, at + runs[i + 1])
      at += runs[i + 1]
    }
    return mask
  }

  /** Pixels of each class number. */
  counts() {
    const counts = new Uint32Array(256)
    for (const number of this.classes) counts[number]++
    return counts
  }
}

/** A round brush of that many pixels across: [row, from, to] of its spans around its middle. */
function roundBrush(size) {
  const shift = size % 2 ? 0 : 0.5 // the middle of an even brush is a corner of pixels
  const reach = Math.floor(size / 2)
  const spans = []
  for (let dy = -reach; dy < size - reach; dy++) {
    const half = Math.sqrt((size * size) / 4 - (dy + shift) ** 2)
    spans.push([dy, Math.ceil(-half - shift), Math.floor(half - shift) + 1])
  }
  return spans
}

/** The pixel, or for an even brush the one right of and below the corner, that a brush over this point is laid around. */
function brushMiddle([x, y], size) {
  return size % 2 ? [Math.floor(x), Math.floor(y)] : [Math.round(x), Math.round(y)]
}

/** Where a polygon crosses the line of a height, from the left. */
function crossings(points, height) {
  const found = []
  for (let i = 0; i < points.length; i++) {
    const [[x, y], [nextX, nextY]] = [points[i], points[(i + 1) % points.length]]
    if (y <= height !== nextY <= height) found.push(x + ((height - y) / (nextY - y)) * (nextX - x))
  }
  return found.sort((a, b) => a - b)
}

function union(one, other) {
  if (!one || !other) return one ?? other
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  }
}
