// Where the pixels of a slice lie on the stage.

const MIN_ZOOM = 0.25
const MAX_ZOOM = 40
const HOLD = 48 // CSS pixels of the image that cannot be pushed off the stage

/** The mapping between a slice, in pixels whose corners are whole numbers, and the stage, in CSS pixels.
 * Its pixels have the shape that their spacing says; where that is unknown they are square. */
class Placement {
  constructor({ rows, columns, spacing }, { width, height }, { zoom, pan }) {
    const [down, right] = spacing ?? [1, 1]
    const unit = Math.min(down, right)
    const fit = Math.min(width / (columns * (right / unit)), height / (rows * (down / unit)))
    this.scaleX = (fit * zoom * right) / unit
    this.scaleY = (fit * zoom * down) / unit
    this.left = width / 2 + pan[0] - (columns * this.scaleX) / 2
    this.top = height / 2 + pan[1] - (rows * this.scaleY) / 2
    this.perMm = spacing ? (fit * zoom) / unit : null // CSS pixels
  }

  toStage([x, y]) {
    return [this.left + x * this.scaleX, this.top + y * this.scaleY]
  }

  toImage([x, y]) {
    return [(x - this.left) / this.scaleX, (y - this.top) / this.scaleY]
  }
}

/** The view with its zoom changed by a factor, so that the stage's point `at` keeps what lies under it. */
function zoomed(view, { width, height }, at, factor) {
  const zoom = clamp(view.zoom * factor, MIN_ZOOM, MAX_ZOOM)
  const by = zoom / view.zoom
  const pan = [0, 1].map((i) => {
    const fromMiddle = at[i] - [width, height][i] / 2
    return fromMiddle - (fromMiddle - view.pan[i]) * by
  })
  return { zoom, pan }
}

/** The pan that keeps a piece of the image on the stage. */
function heldPan(plane, { width, height }, view) {
  const { scaleX, scaleY } = new Placement(plane, { width, height }, view)
  const far = [(width + plane.columns * scaleX) / 2 - HOLD, (height + plane.rows * scaleY) / 2 - HOLD]
  return view.pan.map((offset, i) => clamp(offset, -Math.max(0, far[i]), Math.max(0, far[i])))
}

/** A round length for the scale bar, in mm, and what it is called. */
function roundLength(perMm, about) {
  const most = about / perMm
  const ten = 10 ** Math.floor(Math.log10(most))
  const length = [5, 2, 1].map((n) => n * ten).find((n) => n <= most) ?? ten
  const name = length >= 10 ? `${+(length / 10).toFixed(1)} cm` : `${+length.toPrecision(1)} mm`
  return { length, name }
}
