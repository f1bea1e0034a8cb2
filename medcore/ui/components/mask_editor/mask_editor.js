// A mask drawn by hand. Streamlit calls the default export again on every rerun and theme change: what is there is
// kept, by the root element it belongs to. What draws the image stands in the files of the image viewer; the component
// gets all of them as one module.

const editors = new WeakMap()
const remembered = new Map() // mask, steps and view by name, for a drawing that comes back to the page

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".editor")
  let editor = editors.get(root)
  if (!editor) {
    editor = new MaskEditor(root)
    editors.set(root, editor)
  }
  editor.update(data, (drawn) => setStateValue("drawn", drawn))
  return () => {
    editor.close()
    editors.delete(root)
  }
}

const TELL_MS = 200 // Python hears of a drawing when the hand has rested for so long
const MOST_REMEMBERED = 16
const LARGEST_BRUSH = 100

class MaskEditor {
  constructor(root) {
    this.root = root
    this.find = (selector) => root.querySelector(selector)
    this.area = this.find(".stage")
    this.stage = new EditorStage(this.find("canvas"))
    this.panel = new EditorPanel(root, this)
    this.gestures = new EditorGestures(root, this.area, this)
    Object.assign(this, { tool: "brush", number: 1, opacity: 0.5, shown: true, points: [], frames: 0, told: 0 })
    this.refit = () => this.resize()
    this.sizes = new ResizeObserver(this.refit)
    for (const element of [this.area, root, pageAround(root)]) this.sizes.observe(element)
    window.addEventListener("resize", this.refit)
  }

  /** Another drawing, or the same once more: then what is drawn here counts, unless Python has changed it itself. */
  update(data, onDrawn) {
    this.onDrawn = onDrawn
    const { runs, ...facts } = data
    const text = JSON.stringify(facts)
    if (text === this.text) {
      this.resize()
      return
    }
    const before = this.facts
    Object.assign(this, { text, facts })
    if (facts.name !== before?.name) {
      if (before) this.keep(before)
      this.open(runs)
    } else {
      if (facts.revision !== before.revision) this.replace(runs)
      if (facts.classes.length < before.classes.length) this.history = new History() // no step to what is no class
    }
    if (facts.token !== before?.token) this.load()
    this.stage.useColours(facts.colours)
    this.number = Math.min(this.number, facts.classes.length - 1)
    this.panel.show(facts)
    this.resize()
    this.draw()
  }

  /** The drawing of that name as it was left, or as Python knows it. */
  open(runs) {
    const { name, plane, revision, classes } = this.facts
    const left = remembered.get(name)
    const same = left?.facts.revision === revision && left.facts.classes.length <= classes.length
    this.points = []
    this.drag = null
    this.mask = same ? left.mask : Mask.of(runs, plane.columns, plane.rows)
    this.history = same ? left.history : new History()
    this.view = { zoom: 1, pan: [0, 0], ...left?.view, window: this.firstWindow() }
    this.size ??= clamp(Math.round(Math.min(plane.rows, plane.columns) / 20), 1, LARGEST_BRUSH)
    this.unsaid = false
    if (same && String(this.mask.runs()) !== String(runs)) this.changed() // Python has lost it
  }

  /** What Python put in its place, as a step that can be undone. */
  replace(runs) {
    const { plane } = this.facts
    this.history.begin(this.mask)
    this.mask.classes.set(Mask.of(runs, plane.columns, plane.rows).classes)
    this.mask.stroke = this.mask.fresh = this.mask.all
    this.history.end(this.mask)
  }

  load() {
    this.slices?.close()
    this.slice = null
    this.slices = new Slices(this.facts.url, this.facts.token, () => this.arrived())
    this.slices.want(this.facts.plane, this.facts.index, 1, false)
  }

  arrived() {
    this.slice = this.slices.get(this.facts.plane.name, this.facts.index) ?? null
    if (this.slice && this.view.window.centre === null) Object.assign(this.view.window, percentileWindow(this.slice))
    this.draw()
  }

  firstWindow() {
    const { windows, inverted, colour } = this.facts
    if (colour && !windows.length) return { centre: 127.5, width: 255, inverted }
    return { centre: windows[0]?.centre ?? null, width: windows[0]?.width ?? null, inverted }
  }

  preset(number) {
    const { centre, width } = this.facts.windows[number]
    Object.assign(this.view.window, { centre, width })
    this.draw()
  }

  // --- drawing by hand

  placement() {
    return new Placement(this.facts.plane, this.stage, this.view)
  }

  /** Where the brush is laid for a point of the stage. */
  middle(at) {
    return brushMiddle(this.placement().toImage(at), this.size)
  }

  start(at, tool) {
    if (!this.slice) return
    this.hover(at)
    this.shown = true
    this.drag = new ACTIONS[tool ? "hand" : this.tool](this, at)
    this.draw()
  }

  move(at) {
    this.pointer = at
    this.drag?.move(at)
    this.draw()
  }

  /** The pointer is up; `given up` if a second finger came. */
  end(givenUp) {
    const { drag } = this
    this.drag = null
    if (givenUp) drag?.cancel()
    else drag?.end()
    this.draw()
  }

  hover(at) {
    this.pointer = at
    this.draw()
  }

  leave() {
    this.pointer = null
    this.draw()
  }

  /** A step is done. */
  finish() {
    if (this.history.end(this.mask)) this.changed()
    this.draw()
  }

  closePolygon() {
    if (this.points.length > 2) {
      this.history.begin(this.mask)
      this.mask.polygon(this.points, this.number)
      this.finish()
    }
    this.dropPolygon()
  }

  dropPolygon() {
    this.points = []
    this.panel.toggleHelp(false)
    this.draw()
  }

  dropCorner() {
    this.points.pop()
    this.draw()
  }

  /** Of a polygon under way the last corner, else the last step. */
  undo() {
    if (this.points.length) return this.dropCorner()
    if (!this.drag && this.history.undo(this.mask)) this.changed()
  }

  redo() {
    if (!this.drag && this.history.redo(this.mask)) this.changed()
    this.draw()
  }

  clear() {
    this.dropPolygon()
    this.history.begin(this.mask)
    for (let y = 0; y < this.mask.rows; y++) this.mask.span(y, 0, this.mask.columns, 0)
    this.finish()
  }

  // --- tools

  choose(tool) {
    if (tool !== "polygon") this.points = []
    this.tool = tool
    this.draw()
  }

  chooseClass(number) {
    if (number >= this.facts.classes.length) return
    this.number = number
    if (this.tool === "eraser") this.choose("brush")
    this.draw()
  }

  setSize(size) {
    this.size = clamp(Math.round(size), 1, LARGEST_BRUSH)
    this.draw()
  }

  resizeBrush(by) {
    this.setSize(this.size + by * Math.max(1, Math.round(this.size / 10)))
  }

  toggleMask() {
    this.shown = !this.shown
    this.draw()
  }

  setOpacity(opacity) {
    Object.assign(this, { opacity, shown: true })
    this.draw()
  }

  // --- zoom

  magnify(factor, at = [this.stage.width / 2, this.stage.height / 2]) {
    Object.assign(this.view, zoomed(this.view, this.stage, at, factor))
    this.moveTo(this.view.pan)
  }

  zoomIn() {
    this.magnify(1.5)
  }

  zoomOut() {
    this.magnify(1 / 1.5)
  }

  moveTo(pan) {
    this.view.pan = heldPan(this.facts.plane, this.stage, { ...this.view, pan })
    this.draw()
  }

  shift(by) {
    this.moveTo([0, 1].map((i) => this.view.pan[i] + by[i]))
  }

  pinch(before, now, factor) {
    this.magnify(factor, before)
    this.shift([now[0] - before[0], now[1] - before[1]])
  }

  fit() {
    Object.assign(this.view, { zoom: 1, pan: [0, 0] })
    this.draw()
  }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen()
    else if (this.root.requestFullscreen) this.root.requestFullscreen().catch(() => {})
  }

  help() {
    this.panel.toggleHelp()
  }

  // --- the screen

  /** As high as the window leaves room for, and no higher than the image needs. */
  resize() {
    if (!this.facts) return
    const { rows, columns, spacing } = this.facts.plane
    const [down, right] = spacing ?? [1, 1]
    const needed = (this.area.clientWidth * rows * down) / (columns * right)
    this.area.style.maxHeight = `${Math.max(LEAST_HEIGHT, Math.round(needed))}px`
    fitToWindow(this.root, this.area)
    const { clientWidth, clientHeight } = this.area
    if (!clientWidth) return
    const ratio = Math.min(2, window.devicePixelRatio || 1)
    const size = [clientWidth, clientHeight, ratio].join()
    if (size === this.shape) return
    this.shape = size
    this.stage.resize(clientWidth, clientHeight, ratio, getComputedStyle(this.root).fontFamily)
    this.paint() // a canvas of another size is empty: not one frame of that
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => this.paint())
  }

  paint() {
    cancelAnimationFrame(this.frame)
    this.frame = undefined
    if (this.gone || !this.stage.width) return
    const { plane } = this.facts
    const pointer = this.pointer ? this.placement().toImage(this.pointer) : null
    const brushing = this.pointer && (this.tool === "brush" || this.tool === "eraser")
    const brush = brushing ? { size: this.size, middle: brushMiddle(pointer, this.size) } : null
    const opacity = this.shown ? this.opacity : 0
    const { slice, mask, points } = this
    this.stage.draw({ ...this.view, plane, slice, mask, opacity, points, pointer, brush })
    this.panel.sync(pointer)
    this.frames += 1
    Object.assign(this.root.dataset, { shown: slice ? this.facts.name : "", frames: this.frames, told: this.told })
  }

  /** Why there is no image, in words. */
  notice() {
    if (this.slice) return ""
    const error = this.slices?.error(this.facts.plane.name, this.facts.index)
    return error || this.slices?.problem || "Loading the image …"
  }

  // --- Python

  /** Python hears of the drawing once the hand rests. */
  changed() {
    this.unsaid = true
    clearTimeout(this.telling)
    this.telling = setTimeout(() => this.tell(), TELL_MS)
    this.draw()
  }

  tell() {
    if (!this.unsaid) return
    if (this.drag) return this.changed()
    this.say(this.facts)
  }

  say({ name, revision }) {
    this.unsaid = false
    this.told += 1
    this.onDrawn({ name, revision, runs: this.mask.runs() })
    this.draw()
  }

  /** Before another drawing takes its place, or it leaves the page. */
  keep(facts) {
    if (this.drag) this.drag.cancel()
    if (this.unsaid) this.say(facts)
    const { mask, history, view } = this
    remembered.delete(facts.name)
    remembered.set(facts.name, { facts, mask, history, view })
    if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value)
  }

  close() {
    if (this.facts) this.keep(this.facts)
    this.gone = true
    clearTimeout(this.telling)
    cancelAnimationFrame(this.frame)
    this.sizes.disconnect()
    window.removeEventListener("resize", this.refit)
    this.slices?.close()
  }
}
