// A film of masks: a row a run, a column an image, all at the same epoch. Streamlit calls the default export again
// on every rerun: the rows are built anew only when other runs or images are shown, and new epochs are followed as
// long as nobody has gone back to an earlier one. Frames and paint stand in the files of their names.

const films = new WeakMap()
const LASTS_MS = 5000
const STEP_MS = [90, 400]
const ICONS = { play: "M8 5v14l11-7z", pause: "M6 5h4v14H6zM14 5h4v14h-4z" }
const OUTCOMES = { right: "found", missed: "missed", false: "invented", mixed: "wrong class" }

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".medcore-film")
  let film = films.get(root)
  if (!film) {
    film = new MaskFilm(root)
    films.set(root, film)
  }
  film.update(new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength))
  return () => {
    film.pause()
    films.delete(root)
  }
}

class MaskFilm {
  constructor(root) {
    this.root = root
    this.frames = new Frames()
    this.mode = "outcome"
    this.find = (name) => root.querySelector(`.${name}`)
    this.find("play").onclick = () => (this.timer ? this.pause() : this.play())
    this.find("scrubber").oninput = (event) => {
      this.pause()
      this.go(Number(event.target.value))
    }
    this.find("modes").onclick = (event) => {
      const mode = event.target.dataset.mode
      if (mode) this.look(mode)
    }
    this.pause()
  }

  update(bytes) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
    this.header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
    let start = 4 + length
    this.frames.take(
      this.header.parts.map(([name, size]) => [name, bytes.slice(start, (start += size))]),
    )
    const { films: rows, parts, epochs, ...rest } = this.header
    const structure = JSON.stringify([rest, rows.map(({ id, label, colour }) => [id, label, colour])])
    const follows = this.at === undefined || this.at === this.epochs.length - 1
    this.epochs = [...new Set(rows.flatMap((row) => row.frames.map((frame) => frame.epoch)))].sort((a, b) => a - b)
    if (structure !== this.structure) this.build()
    this.structure = structure
    this.find("scrubber").max = this.epochs.length - 1
    this.find("play").disabled = this.epochs.length < 2
    this.look(this.mode)
    this.go(follows && !this.timer ? this.epochs.length - 1 : Math.min(this.at ?? 0, this.epochs.length - 1))
  }

  /** One row for the truth, and one a run. */
  build() {
    const { films: rows, notes } = this.header
    this.cells = [null, ...rows].map(() => notes.map((note) => cell(note, this.header)))
    const lines = this.cells.map((cells, i) => {
      const row = element("div", "row")
      row.append(...cells.map(({ figure }) => figure))
      return [heading(rows[i - 1]), row]
    })
    this.find("rows").replaceChildren(...lines.flat())
    this.find("rows").style.setProperty("--columns", notes.length)
    this.heads = lines.map(([head]) => head)
    notes.forEach((note, i) => (this.cells[0][i].caption.textContent = note))
  }

  look(mode) {
    this.mode = mode
    for (const button of this.find("modes").children) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode))
    }
    this.find("legend").replaceChildren(...this.legend().map(([colour, words]) => entry(colour, words)))
    if (this.at !== undefined) this.draw()
  }

  legend() {
    const { classes, colours, outcomes } = this.header
    const named = classes.slice(1).map((name, i) => [colours[i + 1], name])
    if (this.mode !== "outcome") return [...named, ["", "white: true outline"]]
    const told = Object.entries(OUTCOMES).filter(([name]) => name !== "mixed" || classes.length > 2)
    return told.map(([name, words]) => [outcomes[name], words])
  }

  go(at) {
    this.at = at
    this.find("scrubber").value = at
    this.draw()
  }

  play() {
    const [least, most] = STEP_MS
    const step = Math.min(most, Math.max(least, LASTS_MS / this.epochs.length))
    if (this.at >= this.epochs.length - 1) this.go(0)
    this.timer = setInterval(() => {
      if (this.at >= this.epochs.length - 1) this.pause()
      else this.go(this.at + 1)
    }, step)
    this.button("pause")
  }

  pause() {
    clearInterval(this.timer)
    this.timer = undefined
    this.button("play")
  }

  button(what) {
    const button = this.find("play")
    button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[what]}"/></svg>`
    button.setAttribute("aria-label", what === "play" ? "Play" : "Pause")
    this.find("where").setAttribute("aria-live", what === "play" ? "polite" : "off")
  }

  /** Everything at the epoch that is shown; a later call overtakes one that still waits for its bytes. */
  async draw() {
    const { films: rows, notes, width, height, samples, colours, outcomes } = this.header
    const epoch = this.epochs[this.at]
    const count = notes.length * width * height
    this.root.dataset.epoch = epoch
    this.find("where").textContent = epoch ? `Epoch ${epoch} of ${this.header.epochs}` : "Before training"
    const turn = (this.turn = {})
    const shown = rows.map((row) => row.frames.findLast((frame) => frame.epoch <= epoch))
    const opened = await Promise.all([
      this.frames.get("base"),
      ...rows.map((row, i) => shown[i] && this.frames.get(`${row.id} ${shown[i].epoch}`)),
    ])
    if (turn !== this.turn) return
    const base = opened[0]
    const look = { mode: this.mode, colours: colours.map(rgb), outcomes: mapped(outcomes, rgb) }
    const size = width * height
    this.cells.forEach((cells, line) =>
      cells.forEach((cell, i) => {
        const truth = base.subarray(count * samples + i * size, count * samples + (i + 1) * size)
        const image = { samples, truth, pixels: base.subarray(i * size * samples, (i + 1) * size * samples) }
        const bytes = opened[line]
        if (line && !bytes) return
        const part = (from) => bytes.subarray(from + i * size, from + (i + 1) * size)
        paint(cell.image, image, line ? { foreground: part(0), classes: part(count) } : null, look)
        cell.context.putImageData(cell.image, 0, 0)
        if (line) cell.caption.textContent = said(shown[line - 1].dice[i])
      }),
    )
    rows.forEach((row, i) => (this.heads[i + 1].lastChild.textContent = summary(shown[i], epoch)))
    this.root.dataset.drawn = epoch
  }
}

function said(dice) {
  return dice === null ? "empty, rightly" : `Dice ${dice.toFixed(2)}`
}

function summary(frame, epoch) {
  if (!frame) return "nothing yet"
  const mean = frame.mean === null ? "no mask" : `mean Dice ${frame.mean.toFixed(3)}`
  return frame.epoch === epoch ? mean : `${mean} (ended with epoch ${frame.epoch})`
}

function heading(film) {
  const head = element("div", "head")
  const name = element("b", "")
  name.textContent = film ? film.label : "The images, with the true outlines"
  if (film) head.append(swatch(film.colour))
  head.append(name, element("span", "mean"))
  return head
}

function cell(note, { width, height }) {
  const figure = element("figure", "")
  const canvas = element("canvas", "")
  Object.assign(canvas, { width, height })
  canvas.setAttribute("role", "img")
  canvas.setAttribute("aria-label", note)
  const caption = element("figcaption", "")
  figure.append(canvas, caption)
  return { figure, caption, context: canvas.getContext("2d"), image: new ImageData(width, height) }
}

function entry(colour, words) {
  const item = element("span", "")
  if (colour) item.append(swatch(colour))
  item.append(words)
  return item
}

function swatch(colour) {
  const square = element("i", "")
  square.style.background = colour
  return square
}

function element(tag, name) {
  return Object.assign(document.createElement(tag), { className: name })
}

function mapped(values, change) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]))
}
