// The controls around the stage and the texts on it.

class Panel {
  constructor(root, viewer) {
    this.root = root
    this.viewer = viewer
    this.find = (selector) => root.querySelector(selector)
    this.texts = Object.fromEntries(
      ["title", "place", "value", "levels", "left", "right", "top", "bottom"].map((name) => [name, this.find(`.at-${name}`)]),
    )
    this.listen()
    this.writeHelp()
  }

  get rate() {
    return +this.find(".rate").value
  }

  listen() {
    const { viewer } = this
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      button.onclick = () => viewer.choose(button.dataset.tool)
    }
    for (const button of this.root.querySelectorAll("[data-do]")) button.onclick = () => viewer[button.dataset.do]()
    this.find(".slider").oninput = (event) => viewer.turn(+event.target.value - 1)
    this.find(".preset").onchange = (event) => viewer.preset(+event.target.value)
    this.find(".centre").onchange = (event) => viewer.setWindow({ centre: event.target.valueAsNumber })
    this.find(".width").onchange = (event) => viewer.setWindow({ width: event.target.valueAsNumber })
    this.find(".opacity").oninput = (event) => viewer.setOpacity(event.target.value / 100)
    this.find(".rate").onchange = () => viewer.area.focus()
    this.find(".help").addEventListener("keydown", (event) => event.key === "Escape" && this.toggleHelp())
    this.find('[data-do="fill"]').hidden = !document.fullscreenEnabled
  }

  /** Another image: its planes and its windows. */
  show({ title, planes, colour, classes, colours }) {
    this.texts.title.textContent = title
    const choice = this.find(".planes")
    choice.replaceChildren(...planes.map(({ name }) => this.planeButton(name)))
    choice.hidden = planes.length < 2
    const options = this.viewer.presets.map(({ name, centre, width }, i) => {
      const numbers = width === undefined ? "" : `: L ${+centre.toPrecision(4)}, W ${+width.toPrecision(4)}`
      return new Option(`${name}${numbers}`, i)
    })
    this.find(".preset").replaceChildren(new Option("Own", "", true, true), ...options)
    this.find(".preset").options[0].hidden = true
    this.find(".legend").replaceChildren(...classes.map((name, i) => this.key(name, colours[i % colours.length])).slice(1))
    this.root.classList.toggle("colour", colour)
    this.masked = false
  }

  planeButton(name) {
    const button = document.createElement("button")
    button.type = "button"
    button.textContent = name[0].toUpperCase() + name.slice(1)
    button.dataset.plane = name
    button.onclick = () => this.viewer.choosePlane(name)
    return button
  }

  key(name, colour) {
    const key = document.createElement("span")
    const dot = document.createElement("i")
    dot.style.background = colour
    key.append(dot, name)
    return key
  }

  /** Everything as the view is now. */
  sync(notice, measures) {
    const { viewer } = this
    this.press("[data-tool]", (button) => button.dataset.tool === viewer.tool)
    this.press("[data-plane]", (button) => button.dataset.plane === viewer.view.plane)
    this.press('[data-do="invert"]', () => viewer.view.window.inverted)
    this.press('[data-do="toggleMask"]', () => viewer.maskShown)
    this.press('[data-do="play"]', () => viewer.cine.playing)
    this.find('[data-tool="slices"]').disabled = !viewer.turns
    this.syncWindow()
    this.syncPlace()
    this.syncMask()
    this.write(this.texts.value, viewer.pointedAt())
    for (const [i, side] of ["left", "right", "top", "bottom"].entries()) {
      this.write(this.texts[side], viewer.slice ? viewer.plane.marks[i] : "")
    }
    this.write(this.find(".notice"), notice)
    this.find(".notice").hidden = !notice
    this.write(this.find(".summary"), measures.map(([{ kind }, lines]) => `${kind}: ${lines.join("; ")}`).join("\n"))
  }

  press(selector, isOn) {
    for (const button of this.root.querySelectorAll(selector)) button.setAttribute("aria-pressed", !!isOn(button))
  }

  write(node, text) {
    if (node.textContent !== text) node.textContent = text
  }

  syncWindow() {
    const { view, presets, auto } = this.viewer
    const { centre, width, inverted } = view.window
    const known = centre !== null
    const zoom = `Zoom ${+view.zoom.toFixed(2)}×`
    this.write(this.texts.levels, known ? `W ${width}  L ${centre}${inverted ? "  inverted" : ""}\n${zoom}` : zoom)
    this.fill(".centre", known ? centre : "")
    this.fill(".width", known ? width : "")
    const chosen = [...presets.slice(0, -1), { ...presets.at(-1), ...auto }].findIndex(
      (preset) => known && preset.centre === centre && preset.width === width,
    )
    this.fill(".preset", chosen < 0 ? "" : String(chosen))
  }

  syncPlace() {
    const { view, plane, turns } = this.viewer
    const name = plane.name[0].toUpperCase() + plane.name.slice(1)
    const depth = plane.step === null || !turns ? "" : `\n${extent(view.index * plane.step)} mm from the first`
    const place = turns ? `${name} ${view.index + 1}/${plane.slices}${depth}` : plane.slices ? "" : name
    this.write(this.texts.place, place)
    this.find(".film").hidden = !turns
    const slider = this.find(".slider")
    slider.max = plane.slices
    this.fill(".slider", view.index + 1)
    slider.setAttribute("aria-valuetext", `Slice ${view.index + 1} of ${plane.slices}`)
    this.write(this.find(".count"), `${view.index + 1} / ${plane.slices}`)
  }

  syncMask() {
    const { slice, opacity } = this.viewer
    this.masked ||= !!slice?.classes
    this.find(".mask").hidden = !this.masked
    this.fill(".opacity", Math.round(100 * opacity))
  }

  /** Sets a control, unless a person is at it. */
  fill(selector, value) {
    const field = this.find(selector)
    const typing = field.type === "number" && field.getRootNode().activeElement === field && field.matches(":focus-visible")
    if (!typing && field.value !== String(value)) field.value = value
  }

  writeHelp() {
    const rows = [...POINTING, ...KEYS].map(([keys, meaning]) => {
      const row = document.createElement("tr")
      const name = document.createElement("th")
      name.scope = "row"
      name.textContent = keys
      row.append(name)
      row.insertCell().textContent = meaning
      return row
    })
    this.find(".help table").replaceChildren(...rows)
  }

  toggleHelp() {
    const help = this.find(".help")
    help.hidden = !help.hidden
    this.find('[data-do="help"]').setAttribute("aria-expanded", !help.hidden)
    if (help.hidden) this.viewer.area.focus({ preventScroll: true })
    else help.querySelector("button").focus()
  }
}
