// The surface in three dimensions, drawn by Plotly; the view stays where a person turned it.

class Relief {
  constructor(find) {
    this.plot = find(".relief")
  }

  lay(Plotly, surface, theme, layout) {
    this.Plotly = Plotly
    const { whole, bar } = frameFor(surface, this.plot.clientWidth)
    this.plot.style.height = `${whole.height}px`
    this.surface = surface
    const cells = surface.heights.length - 1
    const low = Math.min(...surface.heights.map((row) => Math.min(...row)))
    const high = Math.max(...surface.heights.map((row) => Math.max(...row)))
    this.range = [low, high]
    this.raised = 0.03 * (high - low)
    this.ground = {
      type: "surface",
      x: places(surface.x, cells),
      y: places(surface.y, cells),
      z: surface.heights,
      colorscale: colourScale(theme, "relief"),
      opacity: 0.8, // a path behind a wall is seen through it
      showscale: false,
      hoverinfo: "skip",
      lighting: { ambient: 0.75, diffuse: 0.5, specular: 0.05 },
      contours: { z: { show: true, color: theme.dark ? "#5c6f88" : "#9fb0c4", width: 1, start: low, end: high, size: (high - low) / LEVELS } },
    }
    const gridcolor = theme.dark ? "#3a4656" : "#d5dbe3" // WebGL knows no transparent lines
    const few = { gridcolor, nticks: bar ? 5 : 4 }
    const scene = {
      ...layout.scene,
      xaxis: { ...layout.scene.xaxis, ...few, range: [...surface.x] },
      yaxis: { ...layout.scene.yaxis, ...few, range: [...surface.y] },
      zaxis: { ...layout.scene.zaxis, ...few, ...this.ticks(surface) },
    }
    this.layout = { ...layout, ...whole, scene, font: theme.font }
    this.shown = "" // the next drawing lays everything anew
  }

  /** A few of the heights, none at the foot, where the marks of the other axes stand. */
  ticks(surface) {
    const { tickvals = [], ticktext = [] } = heightTicks(surface)
    const [low, high] = this.range
    const heights = tickvals.map((value, i) => [value, ticktext[i]])
    const above = heights.filter(([value]) => value > low + 0.25 * (high - low) && value <= high)
    const every = Math.ceil(above.length / 3)
    const kept = above.filter((_, i) => (above.length - 1 - i) % every === 0)
    return kept.length ? { tickvals: kept.map(([value]) => value), ticktext: kept.map(([, text]) => text) } : {}
  }

  /** The paths up to this step, as often as the drawing comes along. */
  draw(paths, step) {
    this.wanted = [paths, step]
    if (!this.drawing) this.catchUp()
  }

  async catchUp() {
    this.drawing = true
    while (this.wanted && !this.gone) {
      const [paths, step] = this.wanted
      this.wanted = null
      const lines = paths.map((path) => this.line(path, Math.min(step, path.steps)))
      const shown = paths.map(({ rule }) => rule).join()
      const same = shown === this.shown
      this.shown = shown
      await (same ? this.restyle(lines) : this.react(paths, lines))
    }
    this.drawing = false
  }

  restyle(lines) {
    const update = Object.fromEntries(["x", "y", "z"].map((key) => [key, lines.map((line) => line[key])]))
    update["marker.size"] = lines.map(({ sizes }) => sizes)
    return this.Plotly.restyle(this.plot, update, lines.map((_, i) => i + 1))
  }

  react(paths, lines) {
    const traces = lines.map(({ sizes, ...line }, i) => ({
      ...line,
      type: "scatter3d",
      mode: "lines+markers",
      hoverinfo: "skip",
      line: { color: paths[i].colour, width: 6 },
      marker: { color: paths[i].colour, size: sizes },
    }))
    const config = { displayModeBar: false, scrollZoom: false }
    return this.Plotly.react(this.plot, [this.ground, ...traces], this.layout, config)
  }

  /** What lies outside the plot's box is left out. */
  line({ points }, last) {
    const line = { x: [], y: [], z: [], sizes: [] }
    const within = (value, [low, high]) => value >= low && value <= high
    for (let i = 0; i <= last; i++) {
      const inside = within(points[2 * i], this.surface.x) && within(points[2 * i + 1], this.surface.y)
      line.x.push(inside ? points[2 * i] : null)
      line.y.push(inside ? points[2 * i + 1] : null)
      line.z.push(inside ? drawnHeight(this.surface, points[2 * i], points[2 * i + 1]) + this.raised : null)
      line.sizes.push(i === last ? 6 : i ? 0 : 4)
    }
    return line
  }

  close(Plotly) {
    this.gone = true
    if (this.plot.on) Plotly.purge(this.plot)
  }
}
