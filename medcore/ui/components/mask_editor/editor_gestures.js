// Mouse, pen, fingers, wheel and keys on the stage of the editor: one finger draws, two move and zoom.

/** Keys without a modifier, and what they do; also the text of the help. */
const EDITOR_KEYS = [
  ["B E P F M", "brush, eraser, polygon, fill, move", { b: "brush", e: "eraser", p: "polygon", f: "fill", m: "hand" }, "choose"],
  ["[ ]", "smaller, larger brush", { "[": -1, "]": 1 }, "resizeBrush"],
  ["1 … 9", "class to draw", Object.fromEntries([..."123456789"].map((n) => [n, +n])), "chooseClass"],
  ["H", "mask on, off", { h: true }, "toggleMask"],
  ["Enter", "close the polygon", { Enter: true }, "closePolygon"],
  ["Backspace", "take back the last corner", { Backspace: true, Delete: true }, "dropCorner"],
  ["Escape", "give up the polygon", { Escape: true }, "dropPolygon"],
  ["+ −", "zoom", { "+": 1.25, "=": 1.25, "-": 0.8 }, "magnify"],
  ["0", "whole image", { 0: true }, "fit"],
  ["↑ ↓ ← →", "move the image", { ArrowUp: [0, 40], ArrowDown: [0, -40], ArrowLeft: [40, 0], ArrowRight: [-40, 0] }, "shift"],
  ["?", "this help", { "?": true }, "help"],
]
const EDITOR_POINTING = [
  ["Ctrl+Z, Ctrl+Shift+Z", "undo, redo"],
  ["Drag", "draws with the chosen tool; right or middle button, or Shift: moves the image"],
  ["Wheel", "zoom, once the image was clicked; with Ctrl: always"],
  ["Double click", "closes the polygon"],
  ["One finger, two fingers", "draws; moves and zooms"],
]

class EditorGestures extends Gestures {
  /** With the points between two frames, so that a fast stroke stays round. */
  pointermove(event) {
    const drawing = this.pointers.size === 1 && this.pointers.has(event.pointerId) && !this.apart
    const between = drawing ? event.getCoalescedEvents?.() ?? [] : []
    for (const point of between) this.on.move(this.at(point))
    super.pointermove(event)
  }

  pointercancel(event) {
    this.on.end(true)
    this.pointerup(event)
  }

  dblclick(event) {
    event.preventDefault()
    this.on.closePolygon()
  }

  wheel(event) {
    const focused = this.stage.getRootNode().activeElement === this.stage
    if (!focused && !event.ctrlKey && !event.metaKey) return // the page scrolls
    event.preventDefault()
    const delta = (event.deltaY || event.deltaX) * (event.deltaMode ? LINE : 1)
    this.on.magnify(Math.exp(-clamp(delta, -NOTCH, NOTCH) * 0.004), this.at(event))
  }

  keydown(event) {
    const field = event.target.closest("input, select, button")
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    if ((event.ctrlKey || event.metaKey) && !event.altKey && (key === "z" || key === "y")) {
      event.preventDefault()
      event.stopPropagation()
      this.on[key === "y" || event.shiftKey ? "redo" : "undo"]()
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || key === "Tab") return
    if (field && (owns(field, key) || (key === "Enter" && field.matches("button")))) {
      event.stopPropagation()
      return
    }
    const row = EDITOR_KEYS.find(([, , keys]) => key in keys)
    if (!row) return
    event.preventDefault()
    event.stopPropagation()
    this.on[row[3]](row[2][key])
  }
}
