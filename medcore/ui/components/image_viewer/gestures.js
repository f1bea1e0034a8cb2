// Mouse, pen, fingers, wheel and keys on the stage, as what the viewer should do.

const NOTCH = 50 // a wheel event of at least so many CSS pixels is one notch of a mouse wheel
const GLIDE = 30 // CSS pixels of a touchpad's glide that make one slice
const REACH = 10 // CSS pixels from the end of a measure that still take hold of it
const FINGER_REACH = 24
const LINE = 30 // CSS pixels of a line, where the browser counts in lines

/** Keys without a modifier, and what they do; also the text of the help. */
const KEYS = [
  ["↑ ↓ ← →", "previous, next slice", { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }, "step"],
  ["Page Up, Page Down", "ten slices", { PageUp: -10, PageDown: 10 }, "step"],
  ["Home, End", "first, last slice", { Home: -Infinity, End: Infinity }, "step"],
  ["+ −", "zoom", { "+": 1.25, "=": 1.25, "-": 0.8 }, "magnify"],
  ["1 … 9", "windows of the list", Object.fromEntries([..."123456789"].map((n) => [n, n - 1])), "preset"],
  ["i", "invert", { i: true }, "invert"],
  ["w p z s m b", "tools: window, pan, zoom, slices, ruler, box", { w: "window", p: "pan", z: "zoom", s: "slices", m: "ruler", b: "box" }, "choose"],
  ["Delete", "last measure", { Delete: true, Backspace: true }, "forget"],
  ["space", "play, pause", { " ": true }, "play"],
  ["o", "mask on, off", { o: true }, "toggleMask"],
  ["r", "reset", { r: true }, "reset"],
  ["f", "full screen", { f: true }, "fill"],
  ["?", "this help", { "?": true }, "help"],
]
const POINTING = [
  ["Drag", "the chosen tool"],
  ["Wheel", "slices; with Ctrl: zoom"],
  ["Right drag, middle drag", "zoom, pan; Shift and drag: pan"],
  ["Double click", "whole image"],
  ["Two fingers", "zoom and pan"],
]

class Gestures {
  /** `on` has the methods named in KEYS, and start, move, end, hover, leave, pinch, turn and fit. */
  constructor(root, stage, on) {
    this.stage = stage
    this.on = on
    this.pointers = new Map()
    this.glide = 0
    const listen = (node, names) => {
      for (const name of names) node.addEventListener(name, (event) => this[name](event), { passive: false })
    }
    listen(stage, ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave", "wheel", "dblclick"])
    stage.addEventListener("contextmenu", (event) => event.preventDefault())
    listen(root, ["keydown"])
  }

  get held() {
    return this.pointers.size > 0
  }

  at({ clientX, clientY }) {
    const { left, top } = this.stage.getBoundingClientRect()
    return [clientX - left, clientY - top]
  }

  pointerdown(event) {
    if (this.pointers.size === 2) return
    this.stage.focus({ preventScroll: true })
    event.preventDefault()
    this.stage.setPointerCapture(event.pointerId)
    this.pointers.set(event.pointerId, this.at(event))
    if (this.pointers.size === 2) {
      this.on.end(true)
      this.apart = this.span()
    } else this.on.start(this.at(event), toolOf(event), event.pointerType === "touch" ? FINGER_REACH : REACH)
  }

  pointermove(event) {
    const at = this.at(event)
    if (!this.pointers.has(event.pointerId)) {
      if (event.pointerType !== "touch") this.on.hover(at)
      return
    }
    this.pointers.set(event.pointerId, at)
    if (this.pointers.size === 1 && !this.apart) this.on.move(at)
    else if (this.pointers.size === 2) {
      const now = this.span()
      this.on.pinch(this.apart.middle, now.middle, now.distance / this.apart.distance)
      this.apart = now
    }
  }

  pointerup(event) {
    if (!this.pointers.delete(event.pointerId)) return
    if (this.pointers.size) return // the other finger of a pinch does nothing until it is lifted too
    this.apart = null
    this.on.end(false)
  }

  pointercancel(event) {
    this.pointerup(event)
  }

  pointerleave() {
    if (!this.held) this.on.leave()
  }

  span() {
    const [[ax, ay], [bx, by]] = [...this.pointers.values()]
    return { middle: [(ax + bx) / 2, (ay + by) / 2], distance: Math.max(1, Math.hypot(bx - ax, by - ay)) }
  }

  dblclick(event) {
    event.preventDefault()
    this.on.fit()
  }

  wheel(event) {
    const delta = (event.deltaY || event.deltaX) * (event.deltaMode ? LINE : 1)
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault()
      this.on.magnify(Math.exp(-clamp(delta, -NOTCH, NOTCH) * 0.004), this.at(event))
      return
    }
    if (!this.on.turns) return // a single image lets the page scroll
    event.preventDefault()
    if (Math.abs(delta) >= NOTCH) {
      this.glide = 0
      this.on.step(Math.sign(delta))
      return
    }
    this.glide += delta
    const steps = Math.trunc(this.glide / GLIDE)
    this.glide -= steps * GLIDE
    if (steps) this.on.step(steps)
  }

  /** Keys belong to the viewer while the focus is in it, not to the page, which has some of its own. */
  keydown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape" || event.key === "Tab") return
    const field = event.target.closest("input, select, button")
    if (field && owns(field, event.key)) {
      event.stopPropagation()
      return
    }
    const row = KEYS.find(([, , keys]) => event.key in keys)
    if (!row) return
    event.preventDefault()
    event.stopPropagation()
    this.on[row[3]](row[2][event.key])
  }
}

/** The tool of a press: null is the chosen one. */
function toolOf(event) {
  if (event.button === 1 || event.shiftKey) return "pan"
  return event.button === 2 ? "zoom" : null
}

/** Whether a control needs the key for itself. */
function owns(field, key) {
  if (field.matches("button")) return key === " "
  if (field.matches("select, input[type=number]")) return true
  return /^(Arrow|Page|Home|End)/.test(key)
}
