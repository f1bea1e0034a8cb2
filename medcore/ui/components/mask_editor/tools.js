// What a press, a drag and a lift do on the image, by tool.

const CORNER = 6 // CSS pixels around the first corner of a polygon that close it
const FREEHAND = 4 // CSS pixels of a drag that make another corner
const TOOL_NAMES = ["brush", "eraser", "polygon", "fill", "hand"]

/** Brush and eraser: prints along the way of the pointer. */
class Brushing {
  constructor(editor, at) {
    this.editor = editor
    this.number = editor.tool === "eraser" ? 0 : editor.number
    this.brush = roundBrush(editor.size)
    editor.history.begin(editor.mask)
    this.last = editor.middle(at)
    editor.mask.stamp(this.last, this.brush, this.number)
  }

  move(at) {
    const middle = this.editor.middle(at)
    this.editor.mask.line(this.last, middle, this.brush, this.number)
    this.last = middle
  }

  end() {
    this.editor.finish()
  }

  cancel() {
    this.editor.history.cancel(this.editor.mask)
  }
}

/** A corner with each press; a drag draws the outline freely. The first corner closes it. */
class Outlining {
  constructor(editor, at) {
    this.editor = editor
    this.before = [...editor.points]
    const [first] = editor.points
    const placement = editor.placement()
    if (editor.points.length > 2 && near(placement.toStage(first), at, 2 * CORNER)) this.closes = true
    else this.add(at)
  }

  add(at) {
    this.last = at
    this.editor.points.push(this.editor.placement().toImage(at))
  }

  move(at) {
    if (!this.closes && !near(this.last, at, FREEHAND)) {
      this.dragged = true
      this.add(at)
    }
  }

  /** An outline drawn in one go, back to where it began, is closed. */
  end() {
    const { editor } = this
    const round = this.dragged && editor.points.length > 8
    if (this.closes || (round && near(editor.placement().toStage(editor.points[0]), this.last, 3 * CORNER))) {
      editor.closePolygon()
    }
  }

  cancel() {
    this.editor.points = this.before
  }
}

/** Fills the region under the pointer. */
class Filling {
  constructor(editor, at) {
    Object.assign(this, { editor, at })
  }

  move() {}

  end() {
    const { editor } = this
    editor.history.begin(editor.mask)
    editor.mask.flood(editor.placement().toImage(this.at).map(Math.floor), editor.number)
    editor.finish()
  }

  cancel() {}
}

/** Moves the image. */
class Panning {
  constructor(editor, at) {
    Object.assign(this, { editor, from: at, pan: editor.view.pan })
  }

  move(at) {
    this.editor.moveTo([0, 1].map((i) => this.pan[i] + at[i] - this.from[i]))
  }

  end() {}

  cancel() {}
}

const ACTIONS = { brush: Brushing, eraser: Brushing, polygon: Outlining, fill: Filling, hand: Panning }

function near([x, y], [otherX, otherY], distance) {
  return Math.hypot(x - otherX, y - otherY) < distance
}
