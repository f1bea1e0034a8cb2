// A viewer of medical images. Streamlit calls the default export again on every rerun and theme change: what is
// there is kept, by the root element it belongs to. The other classes stand in the files of their names; the
// component gets all of them as one module.

const viewers = new WeakMap()
const remembered = new Map() // the last view by token, for an image that comes back to the page

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".viewer")
  let viewer = viewers.get(root)
  if (!viewer) {
    viewer = new ImageViewer(root)
    viewers.set(root, viewer)
  }
  viewer.update(data, (view) => setStateValue("view", view))
  return () => {
    viewer.close()
    viewers.delete(root)
  }
}

const TELL_MS = 250 // Python hears of a view when nothing has changed for so long
const PATIENCE_MS = 120 // a shorter wait for a slice is not worth a word

class ImageViewer {
  constructor(root) {
    this.root = root
    this.find = (selector) => root.querySelector(selector)
    this.area = this.find(".stage")
    this.stage = new Stage(this.find("canvas"))
    this.panel = new Panel(root, this)
    this.gestures = new Gestures(root, this.area, this)
    this.cine = new Cine(this)
    this.tool = "window"
    this.opacity = 0.4
    this.maskShown = true
    this.refit = () => this.fitHeight()
    this.sizes = new ResizeObserver(this.refit)
    for (const element of [this.area, root, pageAround(root)]) this.sizes.observe(element)
    window.addEventListener("resize", this.refit)
    this.frames = 0
  }

  /** Data of another image, or of the same once more. */
  update(data, onChange) {
    this.onChange = onChange
    const text = JSON.stringify(data)
    if (text === this.text) {
      this.fitHeight()
      return
    }
    const { token, ...facts } = data
    const same = this.facts && sameImage(facts, this.facts)
    this.text = text
    this.facts = facts
    this.token = token
    this.slices?.close()
    this.slices = new Slices(facts.url, token, () => this.arrived())
    this.slice = null
    this.last = null
    this.stage.useColours(facts.colours)
    if (!same || !this.view) this.begin(remembered.get(token))
    else if (this.reported) this.changed()
    this.panel.show(facts, this.view.plane)
    this.fitHeight()
    this.ask()
  }

  /** The first view of an image, or the last one of it. */
  begin(view) {
    this.stop()
    const plane = this.planes[0]
    this.places = Object.fromEntries(
      this.planes.map(({ name, slices }) => [name, slices >> 1]),
    )
    this.measures = new Map()
    this.reported = null
    this.auto = null
    this.heading = 1
    this.view = {
      plane: plane.name,
      index: this.places[plane.name],
      window: this.firstWindow(),
      zoom: 1,
      pan: [0, 0],
      ...view?.view,
    }
    if (view) Object.assign(this, { measures: view.measures, places: view.places })
  }

  /** That of the first preset; of colours all there is; null where the first slice has to tell. */
  firstWindow() {
    const { windows, inverted, colour } = this.facts
    if (colour && !windows.length) return { centre: 127.5, width: 255, inverted }
    return { centre: windows[0]?.centre ?? null, width: windows[0]?.width ?? null, inverted }
  }

  get planes() {
    return this.facts.planes
  }

  get plane() {
    return this.planes.find(({ name }) => name === this.view.plane)
  }

  get turns() {
    return this.plane.slices > 1
  }

  get current() {
    return `${this.view.plane}/${this.view.index}`
  }

  get presets() {
    const { windows, colour } = this.facts
    const last = colour ? { name: "As it is", centre: 127.5, width: 255 } : { name: "Auto" }
    return [...windows, last]
  }

  // --- slices

  /** Asks for the slice of the view. */
  ask() {
    if (!this.plane.slices) {
      this.draw()
      return
    }
    this.asked = performance.now()
    this.slices.want(this.plane, this.view.index, this.heading, this.cine.playing)
    this.arrived()
  }

  /** More is known: perhaps the slice that is waited for. */
  arrived() {
    const slice = this.slices.get(this.view.plane, this.view.index)
    if (slice && this.view.window.centre === null) {
      this.applyAuto(slice)
      this.changed() // Python cannot know this window
    }
    this.slice = slice
    if (slice) this.last = { slice, plane: this.view.plane }
    if (!slice && !this.slices.error(this.view.plane, this.view.index)) {
      clearTimeout(this.patience)
      const rest = this.asked + PATIENCE_MS - performance.now()
      if (rest > 0) this.patience = setTimeout(() => this.draw(), rest)
    }
    this.draw()
  }

  applyAuto(slice) {
    const { centre, width } = percentileWindow(slice)
    this.auto = { centre: this.rounded(centre, slice), width: this.rounded(width, slice) }
    this.view.window = { ...this.view.window, ...this.auto }
  }

  /** Centre or width with as many digits as make a difference. */
  rounded(value, slice = this.slice) {
    return slice && isWhole(slice) && Math.abs(slice.slope) >= 1 ? Math.round(value) : +value.toPrecision(4)
  }

  step(by) {
    this.turn(clamp(this.view.index + by, 0, this.plane.slices - 1))
  }

  turn(index) {
    const by = index - this.view.index
    if (!by) return
    this.heading = Math.sign(by)
    this.view.index = this.places[this.view.plane] = index
    this.ask()
    this.changed()
  }

  choosePlane(name) {
    if (name === this.view.plane) return
    Object.assign(this.view, { plane: name, index: this.places[name], zoom: 1, pan: [0, 0] })
    this.pointed = null
    this.ask()
    this.changed()
  }

  // --- window

  setWindow(change) {
    const window = { ...this.view.window, ...change }
    if (!Number.isFinite(window.centre) || !(window.width > 0)) return
    this.view.window = window
    this.draw()
    this.changed()
  }

  preset(number) {
    const preset = this.presets[number]
    if (!preset) return
    if (preset.width !== undefined) this.setWindow({ centre: preset.centre, width: preset.width })
    else if (this.slice) {
      this.applyAuto(this.slice)
      this.setWindow({})
    }
  }

  invert() {
    this.setWindow({ inverted: !this.view.window.inverted })
  }

  // --- zoom

  magnify(factor, at = [this.stage.width / 2, this.stage.height / 2]) {
    Object.assign(this.view, zoomed(this.view, this.stage, at, factor))
    this.moveTo(this.view.pan)
  }

  moveTo(pan) {
    this.view.pan = pan
    this.view.pan = heldPan(this.plane, this.stage, this.view)
    this.draw()
  }

  pinch(before, now, factor) {
    this.magnify(factor, before)
    this.moveTo([this.view.pan[0] + now[0] - before[0], this.view.pan[1] + now[1] - before[1]])
  }

  fit() {
    Object.assign(this.view, { zoom: 1, pan: [0, 0] })
    this.draw()
  }

  reset() {
    this.fit()
    this.measures.clear()
    this.view.window = this.firstWindow()
    this.arrived()
    this.changed()
  }

  // --- measures

  get marked() {
    return this.measures.get(this.current) ?? []
  }

  mark(measures) {
    this.measures.set(this.current, measures)
    this.draw()
  }

  forget() {
    this.mark(this.marked.slice(0, -1))
  }

  clear() {
    this.measures.clear()
    this.draw()
  }

  /** Measures of the slice shown, with what they say. */
  readMeasures() {
    return this.marked.map((measure) => {
      const name = JSON.stringify(measure.ends)
      if (measure.name !== name || measure.slice !== this.slice) {
        measure.lines = readings(measure, this.slice, this.plane, this.facts.unit)
        Object.assign(measure, { name, slice: this.slice })
      }
      return [measure, measure.lines]
    })
  }

  // --- pointer

  placement() {
    return new Placement(this.plane, this.stage, this.view)
  }

  start(at, tool, reach) {
    this.hover(at)
    this.drag = new Drag(this, tool ?? this.tool, at, reach)
  }

  move(at) {
    if (!this.drag) return
    this.hover(at)
    this.drag.move(at)
  }

  /** The pointer is up; `given up` if a second finger came. */
  end(givenUp) {
    if (givenUp) this.drag?.cancel()
    this.drag = null
    if (this.unsaid) this.changed()
  }

  hover(at) {
    this.pointed = at
    this.draw()
  }

  leave() {
    this.pointed = null
    this.draw()
  }

  /** What lies under the pointer, in words. */
  pointedAt() {
    if (!this.pointed || !this.slice) return ""
    return pixelText(this.slice, this.placement().toImage(this.pointed).map(Math.floor), this.facts)
  }

  choose(tool) {
    if (!TOOLS.includes(tool) || (tool === "slices" && !this.turns)) return
    this.tool = tool
    this.draw()
  }

  // --- mask, cine, full screen, help

  toggleMask() {
    this.maskShown = !this.maskShown
    this.draw()
  }

  setOpacity(opacity) {
    Object.assign(this, { opacity, maskShown: true })
    this.draw()
  }

  play() {
    if (this.cine.playing) this.stop()
    else if (this.turns) this.cine.start()
    this.draw()
  }

  stop() {
    if (!this.cine.playing) return
    this.cine.stop()
    if (this.unsaid) this.changed()
  }

  /** Whether the slice is there, or never will be. */
  get settled() {
    return !!this.slice || this.slices.error(this.view.plane, this.view.index) !== undefined
  }

  /** To the next slice, after the last to the first. */
  turnOn() {
    this.view.index = this.places[this.view.plane] = (this.view.index + 1) % this.plane.slices
    this.ask()
    this.changed()
  }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen()
    else if (this.root.requestFullscreen) this.root.requestFullscreen().catch(() => {})
  }

  help() {
    this.panel.toggleHelp()
  }

  // --- drawing

  /** As high as the window leaves room for, with the slider below; as the style sheet says where that is too little. */
  fitHeight() {
    fitToWindow(this.root, this.area)
    this.resize()
  }

  resize() {
    const { clientWidth, clientHeight } = this.area
    if (!clientWidth || !this.view) return
    const ratio = Math.min(2, window.devicePixelRatio || 1)
    const font = getComputedStyle(this.root).fontFamily
    if ([clientWidth, clientHeight, ratio, font].join() === this.size) return
    this.size = [clientWidth, clientHeight, ratio, font].join()
    this.stage.resize(clientWidth, clientHeight, ratio, font)
    this.paint() // a canvas of another size is empty: not one frame of that
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => this.paint())
  }

  paint() {
    cancelAnimationFrame(this.frame)
    this.frame = undefined
    if (this.gone || !this.stage.width) return
    const { plane, slice, view } = this
    const opacity = this.maskShown ? this.opacity : 0
    const measures = slice ? this.readMeasures() : []
    this.stage.draw({ ...view, plane, slice: slice ?? this.meanwhile(), opacity, measures })
    this.panel.sync(this.notice(), measures)
    this.frames += 1
    Object.assign(this.root.dataset, { shown: slice ? this.current : "", frames: this.frames })
  }

  /** What is seen until a slice is there: the one before, but not for so long that it could be taken for it. */
  meanwhile() {
    const { last, view } = this
    return this.patient && last?.plane === view.plane && !this.slices.error(view.plane, view.index) ? last.slice : null
  }

  get patient() {
    return performance.now() - this.asked < PATIENCE_MS
  }

  /** Why there is no image, in words; nothing if there is one or will be in a moment. */
  notice() {
    if (!this.plane.slices) return "No image to show."
    if (this.slice) return ""
    const error = this.slices.error(this.view.plane, this.view.index)
    if (error) return error
    if (this.slices.problem) return this.slices.problem
    return this.patient ? "" : `Decoding slice ${this.view.index + 1} …`
  }

  // --- Python

  /** Python hears of the view once it rests. */
  changed() {
    this.unsaid = true
    clearTimeout(this.telling)
    this.telling = setTimeout(() => this.tell(), TELL_MS)
  }

  tell() {
    if (this.gestures.held || this.cine.playing || this.view.window.centre === null) return // said at the end
    this.unsaid = false
    const { plane, index, window } = this.view
    const view = { token: this.token, plane, index, ...window }
    if (JSON.stringify(view) === JSON.stringify(this.reported)) return
    this.reported = view
    this.onChange(view)
  }

  close() {
    const { view, measures, places } = this
    for (const measure of [...measures.values()].flat()) measure.slice = null // no pixels are kept
    remembered.delete(this.token)
    remembered.set(this.token, { view, measures, places })
    if (remembered.size > 32) remembered.delete(remembered.keys().next().value)
    this.gone = true
    this.stop()
    clearTimeout(this.telling)
    clearTimeout(this.patience)
    cancelAnimationFrame(this.frame)
    this.sizes.disconnect()
    window.removeEventListener("resize", this.refit)
    this.slices.close()
  }
}

/** Whether slice, window and zoom of one still make sense on the other: with a mask laid over it, say. */
function sameImage(one, other) {
  const facts = ({ title, unit, colour, inverted, planes, windows }) =>
    JSON.stringify([title, unit, colour, inverted, planes, windows])
  return facts(one) === facts(other)
}
