// The black stage: the slice, the mask over it, measures and the scale bar. One draw a frame at most.

const SMOOTH_BELOW = 3 // device pixels a pixel of the image: larger ones are shown as the squares that they are
const BAR = 110 // CSS pixels, at most

/** A canvas that is not on the page, with its pixels at hand. */
class Layer {
  constructor() {
    this.canvas = document.createElement("canvas")
    this.context = this.canvas.getContext("2d")
  }

  size(columns, rows) {
    if (this.image?.width === columns && this.image.height === rows) return
    this.canvas.width = columns
    this.canvas.height = rows
    this.image = new ImageData(columns, rows)
    this.pixels = new Uint32Array(this.image.data.buffer)
  }

  put() {
    this.context.putImageData(this.image, 0, 0)
  }
}

class Stage {
  constructor(canvas) {
    this.canvas = canvas
    this.context = canvas.getContext("2d", { alpha: false })
    this.picture = new Layer()
    this.mask = new Layer()
    this.painter = new Painter()
  }

  resize(width, height, ratio, font) {
    Object.assign(this, { width, height, ratio, font })
    this.canvas.width = Math.round(width * ratio)
    this.canvas.height = Math.round(height * ratio)
  }

  /** Draws a view: { slice, plane, window, zoom, pan, opacity, measures: [[measure, lines]] }; without a slice, black. */
  draw(view) {
    const { context } = this
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0)
    context.fillStyle = "#000"
    context.fillRect(0, 0, this.width, this.height)
    if (!view.slice) return
    this.paint(view.slice, view.window)
    const placement = new Placement(view.plane, this, view)
    this.lay(this.picture, placement, Math.min(placement.scaleX, placement.scaleY) * this.ratio < SMOOTH_BELOW)
    if (view.slice.classes && view.opacity > 0) {
      context.globalAlpha = view.opacity
      this.lay(this.mask, placement, false)
      context.globalAlpha = 1
    }
    for (const [measure, lines] of view.measures) drawMeasure(context, measure, lines, placement, view.slice, this)
    this.bar(placement)
  }

  /** Paints again only what another slice or window changes. */
  paint(slice, window) {
    const { centre, width, inverted } = window
    const name = [centre, width, inverted].join()
    if (slice === this.slice && name === this.name) return
    this.picture.size(slice.columns, slice.rows)
    this.painter.paint(slice, window, this.picture.pixels)
    this.picture.put()
    if (slice !== this.slice && slice.classes) this.tint(slice)
    this.slice = slice
    this.name = name
  }

  /** "#rrggbb" of class 0, 1, …; they come round again after the last. Class 0 is nothing. */
  useColours(colours) {
    this.inks = Uint32Array.from({ length: 256 }, (_, number) => {
      const [red, green, blue] = [1, 3, 5].map((i) => parseInt(colours[number % colours.length].slice(i, i + 2), 16))
      return number ? 0xff000000 | (blue << 16) | (green << 8) | red : 0
    })
    this.slice = null
  }

  tint({ classes, columns, rows }) {
    this.mask.size(columns, rows)
    for (let i = 0; i < classes.length; i++) this.mask.pixels[i] = this.inks[classes[i]]
    this.mask.put()
  }

  lay({ canvas }, { left, top, scaleX, scaleY }, smooth) {
    this.context.imageSmoothingEnabled = smooth
    this.context.imageSmoothingQuality = "high"
    this.context.drawImage(canvas, left, top, canvas.width * scaleX, canvas.height * scaleY)
  }

  bar({ perMm }) {
    if (!perMm) return
    const { context } = this
    const { length, name } = roundLength(perMm, Math.min(BAR, this.width / 4))
    const [left, right, y] = [10, 10 + length * perMm, this.height - 40]
    const path = new Path2D()
    path.moveTo(left, y - 4)
    path.lineTo(left, y)
    path.lineTo(right, y)
    path.lineTo(right, y - 4)
    context.lineCap = "butt"
    for (const [width, colour] of [[4, "rgba(0, 0, 0, 0.65)"], [1.5, "#fff"]]) {
      context.lineWidth = width
      context.strokeStyle = colour
      context.stroke(path)
    }
    context.font = `12px ${this.font}`
    context.textBaseline = "bottom"
    context.lineWidth = 3
    context.strokeStyle = "rgba(0, 0, 0, 0.65)"
    context.strokeText(name, left, y - 6)
    context.fillStyle = "#fff"
    context.fillText(name, left, y - 6)
  }
}
