// What a press and a drag on the stage do, by tool.

const TRAVEL = 300 // CSS pixels of a drag that double the width, or move the centre by it
const ZOOM_TRAVEL = 150 // that double the zoom
const SLICE_DRAG = 8 // that turn to the next slice, at most
const TOOLS = ["window", "pan", "zoom", "slices", "ruler", "box"]

class Drag {
  /** From a point of the stage; the end of a measure within `reach` is taken hold of instead of a new one begun. */
  constructor(viewer, tool, from, reach) {
    Object.assign(this, { viewer, tool, from, view: structuredClone(viewer.view) })
    if ((tool !== "ruler" && tool !== "box") || !viewer.slice) return
    const hit = endAt(viewer.marked, viewer.placement(), from, reach)
    if (hit) [this.measure, this.end] = hit
    else {
      const point = this.inside(from)
      Object.assign(this, { measure: { kind: tool, ends: [point, point] }, end: 1, fresh: true })
    }
  }

  move(at) {
    this[this.tool](at[0] - this.from[0], at[1] - this.from[1], at)
  }

  /** Gives up a measure that was just begun. */
  cancel() {
    const { viewer, measure } = this
    if (this.fresh) viewer.mark(viewer.marked.filter((other) => other !== measure))
  }

  /** To the right wider, down darker. */
  window(x, y) {
    const { viewer } = this
    const { centre, width } = this.view.window
    if (centre === null) return
    const least = viewer.slice && viewer.slice.dtype !== "float32" ? Math.abs(viewer.slice.slope) : 1e-9
    const wide = Math.max(least, viewer.rounded(width * 2 ** (x / TRAVEL)))
    viewer.setWindow({ width: wide, centre: viewer.rounded(centre + (y * width) / TRAVEL) })
  }

  pan(x, y) {
    this.viewer.moveTo([this.view.pan[0] + x, this.view.pan[1] + y])
  }

  zoom(_, y) {
    Object.assign(this.viewer.view, { zoom: this.view.zoom, pan: this.view.pan })
    this.viewer.magnify(2 ** (-y / ZOOM_TRAVEL), this.from)
  }

  slices(_, y) {
    const { stage, plane } = this.viewer
    const stride = Math.max(SLICE_DRAG / 4, Math.min(SLICE_DRAG, stage.height / plane.slices))
    this.viewer.turn(clamp(this.view.index + Math.round(y / stride), 0, plane.slices - 1))
  }

  ruler(_, __, at) {
    this.pull(at)
  }

  box(_, __, at) {
    this.pull(at)
  }

  /** Moves the end of the measure. */
  pull(at) {
    const { viewer, measure, end, fresh, view } = this
    if (!measure || viewer.view.index !== view.index) return
    measure.ends = measure.ends.map((point, i) => (i === end ? this.inside(at) : point))
    if (fresh && !viewer.marked.includes(measure)) viewer.mark([...viewer.marked, measure])
    else viewer.draw()
  }

  /** The point of the image under a point of the stage, or the nearest. */
  inside(at) {
    const { viewer } = this
    const [x, y] = viewer.placement().toImage(at)
    return [clamp(x, 0, viewer.plane.columns), clamp(y, 0, viewer.plane.rows)]
  }
}
