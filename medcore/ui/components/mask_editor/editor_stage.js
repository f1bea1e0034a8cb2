// What is seen of the drawing: the image, the mask over it, the polygon under way, the brush.

const DARK = "rgba(0, 0, 0, 0.7)"

class EditorStage extends Stage {
  /** Draws { slice, plane, window, zoom, pan, mask, opacity, points, pointer, brush: {size, middle} | null }. */
  draw(view) {
    super.draw({ ...view, opacity: 0, measures: [] })
    if (!view.slice) return
    const placement = new Placement(view.plane, this, view)
    this.layMask(view, placement)
    if (view.points.length) this.outline([...view.points, ...(view.pointer ? [view.pointer] : [])], placement)
    if (view.brush) this.cursor(view.brush, placement)
  }

  /** Paints again only the box that has changed. */
  layMask({ mask, opacity }, placement) {
    if (mask !== this.drawn) {
      this.mask.size(mask.columns, mask.rows)
      mask.fresh = mask.all
      this.drawn = mask
    }
    if (mask.fresh) this.tintBox(mask, mask.fresh)
    mask.fresh = null
    if (!opacity) return
    this.context.globalAlpha = opacity
    this.lay(this.mask, placement, false)
    this.context.globalAlpha = 1
  }

  tintBox({ classes, columns }, { left, top, right, bottom }) {
    const { pixels, image, context } = this.mask
    for (let y = top; y < bottom; y++) {
      for (let i = y * columns + left; i < y * columns + right; i++) pixels[i] = this.inks[classes[i]]
    }
    context.putImageData(image, 0, 0, left, top, right - left, bottom - top)
  }

  useColours(colours) {
    super.useColours(colours)
    this.drawn = null
  }

  /** The brush, as large as what it leaves. */
  cursor({ size, middle }, placement) {
    const shift = size % 2 ? 0.5 : 0
    const [x, y] = placement.toStage([middle[0] + shift, middle[1] + shift])
    const path = new Path2D()
    const radii = [placement.scaleX, placement.scaleY].map((scale) => Math.max(2.5, (size / 2) * scale))
    path.ellipse(x, y, ...radii, 0, 0, 2 * Math.PI)
    this.twice(path)
  }

  /** A polygon that is not closed yet, its first corner marked. */
  outline(points, placement) {
    const path = new Path2D()
    for (const point of points) path.lineTo(...placement.toStage(point))
    const [x, y] = placement.toStage(points[0])
    path.moveTo(x + CORNER, y)
    path.arc(x, y, CORNER, 0, 2 * Math.PI)
    this.twice(path)
  }

  /** White in black: seen on any image. */
  twice(path) {
    const { context } = this
    for (const [width, colour] of [[3.5, DARK], [1.5, "#fff"]]) {
      context.lineWidth = width
      context.strokeStyle = colour
      context.stroke(path)
    }
  }
}
