// A list of charts with buttons that download them. Streamlit calls the default export again on every rerun.

const lists = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".medcore-charts")
  const list = lists.get(root) ?? new ChartList(root)
  lists.set(root, list)
  list.update(data, (title) => setStateValue("asked", title))
  return () => lists.delete(root)
}

const FORMATS = {
  PNG: (figure, title, plotly) => pictureOf(plotly, figure, title, "png"),
  SVG: (figure, title, plotly) => pictureOf(plotly, figure, title, "svg"),
  CSV: (figure) => new Blob(["\ufeff", csvOf(figure)], { type: "text/csv" }),
}

/** "Loss of every update" -> "loss-of-every-update". */
function fileName(...parts) {
  return parts.map((part) => part.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "")).join("-")
}

function save(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000) // the browser reads it when it likes
}

class ChartList {
  constructor(root) {
    this.lines = root.querySelector("ul")
    this.notice = root.querySelector(".notice")
    this.turn = Promise.resolve() // one chart is asked for at a time
  }

  update(data, ask) {
    const changed = JSON.stringify(data.titles) !== JSON.stringify(this.data?.titles)
    Object.assign(this, { data, ask })
    if (changed) this.lines.replaceChildren(...data.titles.map((title) => this.line(title)))
    this.answer?.()
  }

  line(title) {
    const line = document.createElement("li")
    const name = document.createElement("span")
    name.textContent = title
    const formats = document.createElement("div")
    formats.className = "formats"
    for (const [format, make] of Object.entries(FORMATS)) {
      const button = document.createElement("button")
      button.type = "button"
      button.textContent = format
      button.setAttribute("aria-label", `${title} as ${format}`)
      button.addEventListener("click", () => this.download(button, format, async () => {
        const { stem, plotly } = this.data
        const library = format === "CSV" ? null : await loadPlotly(plotly)
        const blob = await make(await this.figure(title), title, library)
        save(blob, `${fileName(stem, title)}.${format.toLowerCase()}`)
      }))
      formats.append(button)
    }
    line.append(name, formats)
    return line
  }

  /** The figure of that title, which the server sends when it is asked. */
  figure(title) {
    const answered = this.turn.then(() => new Promise((resolve, reject) => {
      this.answer = () => {
        const { titles, figure } = this.data
        if (figure?.title === title) resolve(JSON.parse(figure.json))
        else if (!titles.includes(title)) reject(new Error("the page does not show this chart any more."))
        else return false
        this.answer = null
        return true
      }
      if (!this.answer()) this.ask(title)
    }))
    this.turn = answered.catch(() => {})
    return answered
  }

  async download(button, format, work) {
    button.disabled = true
    this.notice.hidden = true
    try {
      await work()
    } catch (error) {
      this.notice.textContent = `The ${format} could not be made: ${error.message}`
      this.notice.hidden = false
    } finally {
      button.disabled = false
    }
  }
}
