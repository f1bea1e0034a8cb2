// The controls around the stage of the editor, and what they say.

class EditorPanel {
  constructor(root, editor) {
    this.root = root
    this.editor = editor
    this.find = (selector) => root.querySelector(selector)
    this.listen()
    this.writeHelp()
  }

  listen() {
    const { editor } = this
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      button.onclick = () => editor.choose(button.dataset.tool)
    }
    for (const button of this.root.querySelectorAll("[data-do]")) button.onclick = () => editor[button.dataset.do]()
    this.find(".size").oninput = (event) => editor.setSize(+event.target.value)
    this.find(".opacity").oninput = (event) => editor.setOpacity(event.target.value / 100)
    this.find(".preset").onchange = (event) => editor.preset(+event.target.value)
    this.find('[data-do="fill"]').hidden = !document.fullscreenEnabled
  }

  /** Another drawing: its classes, and the windows of its image. */
  show({ title, classes, colours, windows }) {
    this.write(this.find(".at-title"), title)
    this.names = classes
    const buttons = classes.slice(1).map((name, i) => this.classButton(name, i + 1, colours[(i + 1) % colours.length]))
    this.find(".classes").replaceChildren(...buttons)
    this.find(".preset").replaceChildren(...windows.map(({ name }, i) => new Option(name, i)))
    this.find(".windows").hidden = windows.length < 2
  }

  classButton(name, number, colour) {
    const button = document.createElement("button")
    button.type = "button"
    button.dataset.class = number
    button.title = `Draw “${name}”${number < 10 ? ` (${number})` : ""}`
    const dot = document.createElement("i")
    dot.style.background = colour
    const count = document.createElement("small")
    button.append(dot, name, count)
    button.onclick = () => this.editor.chooseClass(number)
    return button
  }

  /** Everything as the drawing is now; `pointer` in pixels of the image, or null. */
  sync(pointer) {
    const { editor } = this
    this.press("[data-tool]", (button) => button.dataset.tool === editor.tool)
    this.press("[data-class]", (button) => +button.dataset.class === editor.number)
    this.press('[data-do="toggleMask"]', () => editor.shown)
    this.find('[data-do="undo"]').disabled = !editor.history.done.length && !editor.points.length
    this.find('[data-do="redo"]').disabled = !editor.history.undone.length
    this.find(".corners").hidden = !editor.points.length
    this.find('[data-do="closePolygon"]').disabled = editor.points.length < 3
    this.area.classList.toggle("moves", editor.tool === "hand")
    this.syncSize()
    this.syncCounts()
    this.fill(".opacity", Math.round(100 * editor.opacity))
    this.write(this.find(".at-value"), this.pointed(pointer))
    this.write(this.find(".at-levels"), `Zoom ${+editor.view.zoom.toFixed(2)}×`)
    const notice = editor.notice()
    this.write(this.find(".notice"), notice)
    this.find(".notice").hidden = !notice
  }

  get area() {
    return this.editor.area
  }

  syncSize() {
    const { size } = this.editor
    this.fill(".size", size)
    this.find(".size").setAttribute("aria-valuetext", `${size} pixels`)
    this.write(this.find(".across"), `${size} px`)
  }

  /** Pixels by class, counted when nothing is being drawn. */
  syncCounts() {
    const { editor } = this
    const step = [editor.facts.name, editor.facts.revision, editor.history.done.length, editor.history.undone.length].join()
    if (editor.drag || step === this.counted) return
    this.counted = step
    const counts = editor.mask.counts()
    const words = []
    for (const button of this.root.querySelectorAll("[data-class]")) {
      const number = +button.dataset.class
      this.write(button.querySelector("small"), `${counts[number].toLocaleString("en")} px`)
      words.push(`${this.names[number]} ${counts[number]} pixels`)
    }
    this.write(this.find(".summary"), words.join(", "))
  }

  /** What lies under the pointer, in words. */
  pointed(pointer) {
    const { slice, mask, facts } = this.editor
    if (!pointer || !slice) return ""
    return pixelText({ ...slice, classes: mask.classes }, pointer.map(Math.floor), { ...facts, classes: this.names })
  }

  press(selector, isOn) {
    for (const button of this.root.querySelectorAll(selector)) button.setAttribute("aria-pressed", !!isOn(button))
  }

  write(node, text) {
    if (node.textContent !== text) node.textContent = text
  }

  fill(selector, value) {
    const field = this.find(selector)
    if (field.value !== String(value)) field.value = value
  }

  writeHelp() {
    const rows = [...EDITOR_POINTING, ...EDITOR_KEYS].map(([keys, meaning]) => {
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

  toggleHelp(open = this.find(".help").hidden) {
    const help = this.find(".help")
    if (help.hidden === !open) return
    help.hidden = !open
    this.find('[data-do="help"]').setAttribute("aria-expanded", open)
    if (open) help.querySelector("button").focus()
    else this.area.focus({ preventScroll: true })
  }
}
