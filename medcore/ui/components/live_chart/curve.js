// The points of one trace: all of them kept, as many drawn as can be told apart. Mirrors charts/curves.py.

const MAX_POINTS = 2000 // of one line in view
const FAR_POINTS = 400 // of one line left and right of the view

/** Indices of [low, high) to draw: of each stretch the smallest, the largest and a gap, as charts/curves.py does. */
function decimate(y, low, high, most, keep) {
  const stretch = Math.max(1, (high - low) / (most / 2))
  for (let from = low; from < high; from += stretch) {
    const start = Math.floor(from)
    const end = Math.min(high, Math.floor(from + stretch))
    let least = -1
    let largest = -1
    let gap = -1
    for (let i = start; i < end; i++) {
      if (y[i] === null) gap = i
      else {
        if (least < 0 || y[i] < y[least]) least = i
        if (largest < 0 || y[i] > y[largest]) largest = i
      }
    }
    const found = [least, largest, gap].filter((i) => i >= 0).sort((a, b) => a - b)
    for (const i of found) if (keep[keep.length - 1] !== i) keep.push(i)
  }
}

/** Where `value` belongs in the increasing array. */
function place(array, value) {
  let low = 0
  let high = array.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (array[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}

/** All points of one trace; x in updates. */
class Curve {
  constructor(role) {
    this.smooth = role === "smooth"
    this.x = []
    this.y = []
    this.mean = 0
    this.count = 0
  }

  extend(steps, values) {
    for (let i = 0; i < steps.length; i++) {
      this.x.push(steps[i])
      this.y.push(this.smooth && values[i] !== null ? this.next(values[i]) : values[i])
    }
  }

  /** The moving mean of charts/curves.py. */
  next(value) {
    this.count += 1
    this.mean += (value - this.mean) / Math.min(this.count, 10 + this.count / 20)
    return this.mean
  }

  /** The points to draw, when `range` of the x axis is in view (null: all of it) and its unit is `unit` updates. */
  shown(range, unit) {
    const n = this.x.length
    if (n <= MAX_POINTS) return { x: this.x.map((step) => step / unit), y: this.y.slice() }
    const low = range ? Math.max(0, place(this.x, range[0] * unit) - 1) : 0
    const high = range ? Math.min(n, place(this.x, range[1] * unit) + 1) : n
    const keep = [0]
    decimate(this.y, 0, low, FAR_POINTS, keep)
    decimate(this.y, low, high, MAX_POINTS, keep)
    decimate(this.y, high, n, FAR_POINTS, keep)
    if (keep[keep.length - 1] !== n - 1) keep.push(n - 1)
    return { x: keep.map((i) => this.x[i] / unit), y: keep.map((i) => this.y[i]) }
  }
}
