// The sliders: a learning rate beside each optimizer, which is the legend too, and below them what rules share.

class Dials {
  /** `on` hears of a turned dial, of a choice and of a reset. */
  constructor(find, on) {
    this.racers = find(".racers")
    this.options = find(".options")
    this.on = on
    find(".reset").onclick = () => on.reset()
  }

  /** Other dials; those that stay keep the focus. */
  show(racers, dials) {
    const text = JSON.stringify([racers, dials])
    if (text === this.text) return
    const focused = this.racers.getRootNode().activeElement?.dataset?.dial
    this.text = text
    this.list = dials
    this.inputs = new Map()
    this.rows = new Map()
    const rate = (rule) => dials.find((dial) => dial.name === `lr_${rule}`)
    this.racers.replaceChildren(...racers.map((racer) => this.racer(racer, rate(racer.name))))
    this.options.replaceChildren(...dials.filter((dial) => dial.label).map((dial) => this.option(dial)))
    this.inputs.get(focused)?.input.focus()
  }

  racer({ name, label, colour }, dial) {
    const row = document.createElement("li")
    const button = document.createElement("button")
    const dot = document.createElement("i")
    const state = document.createElement("span")
    button.type = "button"
    button.title = `Show the numbers of ${label}`
    button.onclick = () => this.on.choose(name)
    dot.style.background = colour
    button.append(dot, label)
    state.className = "state"
    row.append(button, state, ...this.slider(dial, `Learning rate of ${label}`))
    this.rows.set(name, { button, state })
    return row
  }

  option(dial) {
    const row = document.createElement("div")
    const label = document.createElement("span")
    row.className = "option"
    label.textContent = dial.label
    row.append(label, ...this.slider(dial, dial.label))
    return row
  }

  slider(dial, label) {
    const output = document.createElement("output")
    const input = document.createElement("input")
    Object.assign(input, { type: "range", min: 0, max: dial.values.length - 1, step: 1, title: dial.help })
    input.dataset.dial = dial.name
    input.setAttribute("aria-label", label)
    input.setAttribute("aria-description", dial.help)
    input.oninput = () => this.on.turn(dial, dial.values[+input.value])
    this.inputs.set(dial.name, { input, output })
    return [output, input]
  }

  /** Every dial where it stands. */
  sync(valueOf) {
    for (const dial of this.list) {
      const { input, output } = this.inputs.get(dial.name)
      const value = valueOf(dial)
      input.value = nearest(dial.values, value)
      output.textContent = inWords(value)
      input.setAttribute("aria-valuetext", inWords(value))
    }
  }

  /** What each optimizer has come to, and whose numbers are shown. */
  tell(paths, step, chosen) {
    for (const path of paths) {
      const row = this.rows.get(path.rule)
      if (!row) continue
      const at = Math.min(step, path.steps)
      const gone = path.diverged !== null && at === path.steps
      row.state.textContent = gone ? `diverged at step ${path.diverged}` : `f = ${inWords(path.values[at], 3)}`
      row.state.classList.toggle("gone", gone)
    }
    for (const [name, { button }] of this.rows) button.setAttribute("aria-pressed", name === chosen)
  }
}

function nearest(values, value) {
  let best = 0
  values.forEach((one, i) => {
    if (Math.abs(one - value) < Math.abs(values[best] - value)) best = i
  })
  return best
}
