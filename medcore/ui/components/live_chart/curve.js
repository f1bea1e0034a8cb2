// The points of one trace: all of them kept, as many drawn as can be told apart. Mirrors charts/curves.py.

const MAX_POINTS = 2000 // of one line in view
const ALL_POINTS = 60000 // of all lines in view
const SHARE = 0.02 // of the values so far a running mean is taken over,
const LEAST = 5 // and how many at least
const FAR_SHARE = 0.2 // of these points left and right of the view

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

/** Places of updates on an axis of updates or epochs: one unit is that many updates. */
class Units {
  constructor(updates) {
    this.updates = updates
  }

  place(step) {
    return step / this.updates
  }

  step(place) {
    return place * this.updates
  }
}

/**
 * Places of updates on an axis of seconds: a run's clock, read now and then; in between it goes evenly, and so it does
 * before the first reading, as in charts/progress.py: compiling falls into the first update. It takes two readings.
 */
class Clock {
  constructor() {
    this.steps = [0]
    this.seconds = [0]
  }

  extend(steps, seconds) {
    for (let i = 0; i < steps.length; i++) {
      if (seconds[i] === null || steps[i] <= this.steps.at(-1)) continue
      this.steps.push(steps[i])
      this.seconds.push(seconds[i] - (this.compiling ?? 0))
      if (this.steps.length === 3) this.begin()
    }
  }

  /** Takes the time for compiling off the first readings. */
  begin() {
    const [, step, next] = this.steps
    const [, first, second] = this.seconds
    const pace = (second - first) / (next - step)
    this.compiling = Math.max(0, first - pace * step)
    this.seconds = [0, first - this.compiling, second - this.compiling]
  }

  /** The last update whose place is known, 0 if none is. */
  get last() {
    return this.compiling === undefined ? 0 : this.steps.at(-1)
  }

  place(step) {
    return between(this.steps, this.seconds, step)
  }

  step(place) {
    return between(this.seconds, this.steps, place)
  }
}

/** The value at x of the line through (xs, ys); the outermost value beyond its ends. */
function between(xs, ys, x) {
  const i = Math.min(Math.max(place(xs, x), 1), xs.length - 1)
  if (xs.length < 2 || x >= xs[i]) return ys[Math.min(i, ys.length - 1)]
  if (x <= xs[i - 1]) return ys[i - 1]
  return ys[i - 1] + ((ys[i] - ys[i - 1]) * (x - xs[i - 1])) / (xs[i] - xs[i - 1])
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
    this.mean += (value - this.mean) / Math.min(this.count, LEAST + SHARE * this.count)
    return this.mean
  }

  /**
   * The points to draw, about `most` in view, when `range` of the x axis is in view (null: all of it).
   * `scale` tells where on the axis an update lies; one that does not know it yet holds its points back.
   */
  shown(range, scale, most) {
    const n = scale.last === undefined ? this.x.length : place(this.x, scale.last + 1)
    if (n <= most) return { x: this.x.slice(0, n).map((step) => scale.place(step)), y: this.y.slice(0, n) }
    const low = range ? Math.max(0, place(this.x, scale.step(range[0])) - 1) : 0
    const high = range ? Math.min(n, place(this.x, scale.step(range[1])) + 1) : n
    const keep = [0]
    decimate(this.y, 0, low, most * FAR_SHARE, keep)
    decimate(this.y, low, high, most, keep)
    decimate(this.y, high, n, most * FAR_SHARE, keep)
    if (keep[keep.length - 1] !== n - 1) keep.push(n - 1)
    return { x: keep.map((i) => scale.place(this.x[i])), y: keep.map((i) => this.y[i]) }
  }
}
