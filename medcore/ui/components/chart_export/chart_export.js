// A list of charts with buttons that download them. Streamlit calls the default export again on every rerun.

const lists = new WeakMap()

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".medcore-charts")
  const list = lists.get(root) ?? new ChartList(root)
  lists.set(root, list)
  list.update(data)
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
  }

  update(data) {
    const shown = JSON.stringify(data)
    if (shown === this.shown) return
    this.shown = shown
    this.lines.replaceChildren(...data.charts.map((chart) => this.line(chart, data)))
  }

  line({ title, figure }, { stem, plotly }) {
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
        const library = format === "CSV" ? null : await loadPlotly(plotly)
        const blob = await make(JSON.parse(figure), title, library)
        save(blob, `${fileName(stem, title)}.${format.toLowerCase()}`)
      }))
      formats.append(button)
    }
    line.append(name, formats)
    return line
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
