// Optimizers descending a surface. Streamlit calls the default export again on every rerun and theme change: what is
// there is kept, by the root element it belongs to. The classes stand in the files of their names; the component gets
// all of them as one module. A slider is answered by medcore/web/descent.py; Python hears of it once it rests.

const scenes = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".descent")
  let scene = scenes.get(root)
  if (!scene) {
    scene = new Descent(root, parentElement)
    scenes.set(root, scene)
  }
  scene.update(data, (settings) => setStateValue("settings", settings))
  return () => {
    scene.close()
    scenes.delete(root)
  }
}

const TELL_MS = 300 // Python hears of the settings when nothing has changed for so long

class Descent {
  constructor(root, parent) {
    this.root = root
    this.find = (selector) => root.querySelector(selector)
    this.serial = -1
    this.view = "plane"
    this.plane = new Plane(this.find, (point) => this.move(point))
    this.relief = new Relief(this.find)
    this.player = new Player(this.find, () => this.draw())
    this.dials = new Dials(this.find, {
      turn: (dial, value) => this.turn(dial, value),
      choose: (rule) => this.choose(rule),
      reset: () => this.reset(),
    })
    this.table = new RuleTable(parent, this.find)
    for (const button of root.querySelectorAll("[data-view]")) button.onclick = () => this.look(button.dataset.view)
    this.find(".ink").onkeydown = (event) => this.key(event)
    this.sizes = new ResizeObserver(() => this.resize())
    this.sizes.observe(this.find(".scene"))
  }

  update(data, onSettle) {
    this.onSettle = onSettle
    const moved = data.surface !== this.data?.surface
    this.data = data
    this.colours = new Map(data.racers.map(({ name, colour }) => [name, colour]))
    if (!data.racers.some(({ name }) => name === this.chosen)) this.chosen = data.racers[0].name
    if (moved || data.serial >= this.serial) {
      // What Python says is news: another surface, or nothing was turned here since.
      clearTimeout(this.settling)
      Object.assign(this, { serial: data.serial, values: { ...data.values }, start: data.start })
    }
    this.surfaceQuestions ??= this.questions(data.surfaceUrl, readSurface, "lay")
    this.pathQuestions ??= this.questions(data.pathsUrl, readPaths, "load")
    this.dials.show(data.racers, data.dials)
    this.ask()
    this.recolour()
  }

  questions(url, read, take) {
    return new Questions(url, read, {
      answer: (found, query) => this[take](found, query),
      refusal: (sentence) => this.say(sentence),
    })
  }

  valueOf(dial) {
    return this.values[dial.name] ?? dial.default
  }

  // --- what a person does

  turn(dial, value) {
    if (value === dial.default) delete this.values[dial.name]
    else this.values[dial.name] = value
    this.changed()
  }

  move(start) {
    this.start = start
    this.changed()
  }

  reset() {
    this.values = {}
    this.start = this.data.ownStart
    this.changed()
  }

  changed() {
    this.serial += 1
    this.ask()
    clearTimeout(this.settling)
    this.settling = setTimeout(() => {
      const { serial, values, start } = this
      this.onSettle({ surface: this.data.surface, serial, values, start })
    }, TELL_MS)
  }

  choose(rule) {
    this.chosen = rule
    this.draw()
  }

  look(view) {
    this.view = view
    for (const button of this.root.querySelectorAll("[data-view]")) {
      button.setAttribute("aria-pressed", button.dataset.view === view)
    }
    this.find(".plane").hidden = view !== "plane"
    this.find(".relief").hidden = view !== "relief"
    this.paintGround()
  }

  key(event) {
    const player = this.player
    const does = { " ": "toggle", ArrowLeft: "back", ArrowRight: "forth", Home: "rewind", End: "end" }[event.key]
    if (!does) return
    event.preventDefault()
    player[does]()
  }

  // --- questions and answers

  ask() {
    this.dials.sync((dial) => this.valueOf(dial))
    const { surface, seed, racers, dials } = this.data
    const optimizers = racers.map(({ name }) => name).join()
    const query = { surface, optimizers, seed, x: this.start[0], y: this.start[1], serial: this.serial }
    for (const dial of dials) query[dial.name] = this.valueOf(dial)
    const ground = JSON.stringify([surface, query.condition])
    if (ground !== this.asked) {
      this.asked = ground
      this.surfaceQuestions.ask(query)
    }
    const question = JSON.stringify({ ...query, serial: 0 })
    if (question === this.question) return
    this.question = question
    this.pathQuestions.ask(query)
  }

  async lay(surface, { serial, surface: name }) {
    try {
      this.Plotly = await loadPlotly(this.data.plotly)
    } catch (error) {
      this.say(error.message)
      return
    }
    if (this.gone) return
    this.surface = { ...surface, serial, name }
    this.find(".formula").innerHTML = `<i>f</i>(<i>x</i>, <i>y</i>) = ${surface.formula}`
    await this.paintGround()
  }

  load(paths, query) {
    this.paths = paths.map((path) => ({ ...path, colour: this.colours.get(path.rule) })).filter(({ colour }) => colour)
    this.query = query
    this.origin = [query.x, query.y]
    this.say("")
    this.player.load(+query.steps)
    this.draw()
  }

  // --- drawing

  async paintGround() {
    if (!this.surface || this.gone) return
    this.theme = themeOf(this.root)
    const { plane, relief } = this.data.layouts
    const { surface } = this
    if (this.view === "plane") await this.plane.lay(this.Plotly, surface, this.theme, plane)
    else this.relief.lay(this.Plotly, surface, this.theme, relief)
    this.ground = surface.serial
    this.draw()
  }

  draw() {
    if (this.frame || this.gone) return
    this.frame = requestAnimationFrame(() => this.paint())
  }

  paint() {
    this.frame = 0
    const { paths, surface, player, query } = this
    if (!paths?.length || query.surface !== surface?.name) return
    if (this.view === "plane") this.plane.draw(paths, player.step, this.origin, this.chosen)
    else this.relief.draw(paths, player.step)
    this.dials.tell(paths, player.step, this.chosen)
    const path = paths.find(({ rule }) => rule === this.chosen)
    if (path) this.table.show(path, this.labelOf(this.chosen), this.optionsOf(this.chosen), player.step)
    if (!player.playing) this.describe()
    const racers = paths.map(({ rule }) => rule).join()
    const { dataset } = this.root
    Object.assign(dataset, { surface: surface.name, drawn: query.serial, ground: this.ground, step: player.step, racers })
  }

  labelOf(rule) {
    return this.data.racers.find(({ name }) => name === rule)?.label ?? rule
  }

  /** What the shown paths were made with. */
  optionsOf(rule) {
    const own = this.data.dials.filter(({ rules }) => rules.includes(rule))
    return Object.fromEntries(own.map(({ name, option }) => [option, +this.query[name]]))
  }

  describe() {
    const { step } = this.player
    const parts = this.paths.map(({ rule, values, steps, diverged }) => {
      const gone = diverged !== null && step >= steps
      return `${this.labelOf(rule)}: ${gone ? `diverged at step ${diverged}` : `f = ${inWords(values[Math.min(step, steps)], 3)}`}`
    })
    const sentence = `Step ${step}. ${parts.join("; ")}.`
    this.find(".ink").setAttribute("aria-label", `${this.data.title} from above. Click to set the start. ${sentence}`)
    this.find(".summary").textContent = sentence
  }

  say(sentence) {
    const notice = this.find(".notice")
    notice.textContent = sentence
    notice.hidden = !sentence
  }

  recolour() {
    const theme = themeOf(this.root)
    if (this.theme && JSON.stringify(theme) !== JSON.stringify(this.theme)) this.paintGround()
  }

  resize() {
    const { clientWidth } = this.find(".scene")
    if (!clientWidth || clientWidth === this.width || !this.surface) return
    this.width = clientWidth
    this.paintGround()
  }

  close() {
    this.gone = true
    clearTimeout(this.settling)
    this.surfaceQuestions?.close()
    this.pathQuestions?.close()
    this.sizes.disconnect()
    this.player.close()
    cancelAnimationFrame(this.frame)
    if (this.Plotly) for (const view of [this.plane, this.relief]) view.close(this.Plotly)
  }
}
