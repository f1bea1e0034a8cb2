// A Plotly figure's skeleton, filled in the browser from the metric stream. Streamlit calls the default
// export again on every rerun and theme change: what is there is kept, by the root element it belongs to.
// Curve and Stream stand in the files of their names; the component gets all three as one module.

const charts = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".medcore-live")
  let chart = charts.get(root)
  if (!chart) {
    chart = new LiveChart(root)
    charts.set(root, chart)
  }
  chart.update(data, () => setTriggerValue("ended", true))
  return () => {
    chart.close()
    charts.delete(root)
  }
}

const SUMMARY_MS = 2000

/** "y2" is the axis of a trace, "yaxis2" what the layout calls it. */
function axisName(id) {
  return id.replace("y", "yaxis")
}

/** Whether the traces show the same metrics of the same runs. */
function sameCurves(traces, others) {
  const metas = (list) => JSON.stringify(list.map((trace) => trace.meta))
  return metas(traces) === metas(others)
}

class LiveChart {
  constructor(root) {
    this.root = root
    this.plot = root.querySelector(".plot")
    this.waiting = root.querySelector(".waiting")
    this.notice = root.querySelector(".notice")
    this.summary = root.querySelector(".summary")
    this.resizes = new ResizeObserver(() => this.resize())
    this.resizes.observe(root)
    // A redraw would end a drag: it waits for the pointer to come up.
    this.plot.addEventListener("pointerdown", () => (this.held = true))
    this.release = () => {
      this.held = false
      this.schedule()
    }
    window.addEventListener("pointerup", this.release)
    window.addEventListener("pointercancel", this.release)
  }

  update(data, onEnd) {
    this.onEnd = onEnd
    if (data.figure === this.figure) {
      if (this.stream) this.stream.url = data.url
      this.recolour()
      return
    }
    this.figure = data.figure
    const figure = JSON.parse(data.figure)
    if (this.stream && sameCurves(figure.data, this.traces)) {
      this.stream.url = data.url
      this.show(figure)
    } else this.build(figure, data)
  }

  /** Another skeleton for the points that are there. */
  show({ data: traces, layout }) {
    this.traces = traces
    this.layout = layout
    this.drawn = false
    this.described = -Infinity
    this.traces.forEach((_, i) => this.touch(i))
    this.schedule()
  }

  /** Other runs: an empty skeleton, and a stream from the start. */
  build({ data: traces, layout }, { url, config, plotly }) {
    this.stream?.close()
    if (this.plot.on) this.Plotly.purge(this.plot)
    this.traces = traces
    this.layout = layout
    this.curves = traces.map((trace) => new Curve(trace.meta.role))
    this.most = Math.min(MAX_POINTS, Math.ceil(ALL_POINTS / traces.length))
    this.runs = new URL(url, document.baseURI).searchParams.get("runs").split(",")
    this.clocks = this.runs.map(() => new Clock())
    this.states = []
    this.points = 0
    this.dirty = new Set()
    this.ended = false
    this.told = false
    this.ready = false
    this.drawn = false
    this.root.classList.add("empty")
    this.root.style.height = `${layout.height}px`
    this.root.dataset.points = 0
    this.say()
    this.stream = new Stream({
      rows: (rows) => this.take(rows),
      state: (state) => this.hear(state),
      notice: (sentence) => this.tell(sentence),
      end: () => this.end(),
    })
    this.stream.connect(url)
    this.open(plotly, config)
  }

  async open(address, config) {
    const stream = this.stream
    try {
      this.Plotly = await loadPlotly(address)
    } catch (error) {
      this.tell(error.message)
      return
    }
    if (this.stream !== stream || this.gone) return
    this.config = config
    this.ready = true
    this.schedule()
  }

  take(rows) {
    for (const [run, metric, steps, values] of rows) {
      this.points += steps.length
      if (metric === "seconds") this.time(run, steps, values)
      this.traces.forEach(({ meta }, i) => {
        if (meta.run !== this.runs[run] || meta.metric !== metric) return
        this.curves[i].extend(steps, values)
        this.touch(i)
      })
    }
    this.schedule()
  }

  /** A run's clock was read. Points that came before it wait for it. */
  time(run, steps, values) {
    this.clocks[run].extend(steps, values)
    if (this.layout.meta.by !== "second") return
    this.traces.forEach(({ meta }, i) => meta.run === this.runs[run] && this.touch(i))
  }

  hear(state) {
    this.states[state.run] = state
    this.say()
    if (this.layout.meta.by !== "epoch") return
    // Points that came before the plan of their run wait for it.
    this.traces.forEach((_, i) => this.touch(i))
    this.schedule()
  }

  end() {
    this.ended = true
    this.schedule()
  }

  /** Where on the x axis the updates of this trace lie; undefined until its run has said so. */
  scale(i) {
    const { by } = this.layout.meta
    if (by === "update") return new Units(1)
    const run = this.runs.indexOf(this.traces[i].meta.run)
    if (by === "second") return this.clocks[run].last ? this.clocks[run] : undefined
    const updates = this.states[run]?.plan?.steps_per_epoch
    return updates && new Units(updates)
  }

  /** Marks a trace to be drawn. */
  touch(i) {
    if (this.curves[i].x.length && this.scale(i)) this.dirty.add(i)
  }

  /** What a person who waits for the first point is told. */
  say() {
    const running = this.states.find((state) => state?.state === "running")
    const queued = this.states.find((state) => state?.state === "queued")
    const sentence = running ? running.status || "Starting" : queued ? queued.status : "Connecting"
    this.waiting.textContent = `${sentence.replace(/[.…]+$/, "")}…`
  }

  /** What a person is told beside the curves; nothing if empty. */
  tell(sentence) {
    this.notice.textContent = sentence
    this.notice.hidden = !sentence
  }

  /** Draws in the next frame, and leaves the browser as much time between two draws as one takes, or thrice if long. */
  schedule() {
    if (this.frame || !this.ready || this.held || this.gone) return
    const rest = Math.max(0, (this.idle ?? 0) - performance.now())
    this.frame = setTimeout(() => requestAnimationFrame(() => this.draw()), rest)
  }

  async draw() {
    const began = performance.now()
    try {
      if (!this.gone && (this.dirty.size || !this.drawn)) await this.redraw()
    } finally {
      const took = performance.now() - began
      this.idle = began + took + took * Math.min(3, Math.max(1, took / 100))
      this.frame = 0
    }
    if (this.dirty.size) this.schedule()
    else if (this.ended && !this.told && !this.gone) {
      this.told = true
      this.onEnd()
    }
  }

  async redraw() {
    const { points } = this
    const changed = [...this.dirty]
    this.dirty.clear()
    const range = this.drawn ? this.range() : null
    const shown = changed.map((i) => this.curves[i].shown(range, this.scale(i), this.most))
    if (changed.length) this.root.classList.remove("empty")
    if (this.drawn) {
      const data = { x: shown.map((s) => s.x), y: shown.map((s) => s.y) }
      await this.Plotly.update(this.plot, data, this.numbered(changed), changed)
    } else {
      await this.first(new Map(changed.map((i, n) => [i, shown[n]])))
    }
    this.root.dataset.points = points
    this.describe()
  }

  /** The skeleton, with the points that are there already; a zoom stays where the axis means the same. */
  async first(shown) {
    this.theme = themeOf(this.root)
    const traces = this.traces.map((trace, i) => ({ ...trace, ...shown.get(i) }))
    const layout = { ...this.layout, template: themed(this.layout.template, this.theme) }
    this.blank = new Set(traces.map((trace) => axisName(trace.yaxis)))
    this.numbered([...shown.keys()])
    for (const axis of this.blank) layout[axis] = { ...layout[axis], showticklabels: false }
    const fresh = !this.plot.on
    this.drawn = true
    await this.Plotly.react(this.plot, traces, layout, this.config)
    if (fresh) this.plot.on("plotly_relayout", (change) => this.moved(change))
    else if (this.range()) this.refine()
  }

  /** Axes show numbers from their first point on; before it they would be made up. */
  numbered(changed) {
    const layout = {}
    for (const i of changed) {
      const axis = axisName(this.traces[i].yaxis)
      if (this.blank.delete(axis)) layout[`${axis}.showticklabels`] = this.layout[axis].showticklabels ?? true
    }
    return layout
  }

  range() {
    const axis = this.plot.layout?.xaxis
    return axis?.autorange === false ? axis.range : null
  }

  /** Another part is in view: a long line shows other points there. */
  moved(change) {
    if (!Object.keys(change).some((name) => name.startsWith("xaxis"))) return
    this.refine()
  }

  refine() {
    this.curves.forEach((curve, i) => curve.x.length > this.most && this.touch(i))
    this.schedule()
  }

  /** The latest values, in words. */
  describe() {
    const now = performance.now()
    if (now < (this.described ?? 0) + SUMMARY_MS && !this.ended) return
    const words = new Map()
    this.traces.forEach(({ meta, text, name }, i) => {
      const { x, y } = this.curves[i]
      const scale = this.scale(i)
      if (meta.role === "raw" || !x.length || !scale) return
      const last = y.at(-1)
      const value = last === null ? "not a number" : last.toPrecision(3)
      const sentence = `${meta.words ?? meta.metric.replaceAll("_", " ")} ${value} at ${this.layout.meta.by} ${+scale.place(x.at(-1)).toFixed(3)}`
      const run = text ?? name
      words.set(run, [...(words.get(run) ?? []), sentence])
    })
    if (words.size) this.described = now
    this.summary.textContent = [...words].map(([name, parts]) => `${name}: ${parts.join(", ")}.`).join(" ")
  }

  recolour() {
    const theme = themeOf(this.root)
    if (!this.drawn || JSON.stringify(theme) === JSON.stringify(this.theme)) return
    this.theme = theme
    this.Plotly.relayout(this.plot, { template: themed(this.layout.template, theme) })
  }

  resize() {
    if (this.drawn && this.plot.clientWidth) this.Plotly.Plots.resize(this.plot)
  }

  close() {
    this.gone = true
    this.stream?.close()
    this.resizes.disconnect()
    window.removeEventListener("pointerup", this.release)
    window.removeEventListener("pointercancel", this.release)
    clearTimeout(this.frame)
    if (this.plot.on) this.Plotly.purge(this.plot)
  }
}

/** The page's font and colours. */
function themeOf(root) {
  const style = getComputedStyle(root)
  return {
    font: { family: style.fontFamily, color: style.color },
    hoverlabel: { bgcolor: style.backgroundColor, bordercolor: style.getPropertyValue("--st-border-color").trim() },
  }
}

function themed(template, theme) {
  const layout = { ...template.layout, ...theme, font: { ...template.layout.font, ...theme.font } }
  return { ...template, layout }
}
