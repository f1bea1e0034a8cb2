// The surface from above: contours by Plotly, drawn once a surface; paths on a canvas over them, drawn at every step.

const LEVELS = 18

class Plane {
  /** `chosen` hears of a point that a person picked. */
  constructor(find, chosen) {
    this.area = find(".plane")
    this.plot = find(".plane .plot")
    this.canvas = find(".ink")
    this.ink = this.canvas.getContext("2d")
    this.chosen = chosen
    this.canvas.onpointerdown = (event) => this.grab(event)
    this.canvas.onpointermove = (event) => this.grabbed === event.pointerId && this.pick(event)
    this.canvas.onpointerup = this.canvas.onpointercancel = () => (this.grabbed = undefined)
    this.canvas.onclick = (event) => event.pointerType !== "mouse" && this.pick(event)
  }

  /** A mouse drags the start about; a finger taps it, for a drag of it moves the page. */
  grab(event) {
    if (event.pointerType !== "mouse" || event.button) return
    this.grabbed = event.pointerId
    this.canvas.setPointerCapture(event.pointerId)
    this.pick(event)
  }

  pick(event) {
    if (!this.frame) return
    const box = this.canvas.getBoundingClientRect()
    const { x, y } = this.surface
    const inside = (share, [low, high]) => low + Math.min(1, Math.max(0, share)) * (high - low)
    const across = (event.clientX - box.left - this.frame.left) / this.frame.width
    const up = 1 - (event.clientY - box.top - this.frame.top) / this.frame.height
    if (event.type === "click" && Math.max(Math.abs(across - 0.5), Math.abs(up - 0.5)) > 0.5) return
    this.chosen([inside(across, x), inside(up, y)].map((at) => +at.toPrecision(4)))
  }

  async lay(Plotly, surface, theme, layout) {
    this.surface = surface
    this.theme = theme
    const cells = surface.heights.length - 1
    const { axes, whole, margin, bar } = frameFor(surface, this.area.clientWidth)
    this.area.style.height = `${whole.height}px`
    this.frame = axes
    this.sharpen()
    const trace = {
      type: "contour",
      x: places(surface.x, cells),
      y: places(surface.y, cells),
      z: surface.heights,
      ncontours: LEVELS,
      colorscale: colourScale(theme, "plane"),
      line: { width: 0.7, color: theme.dark ? "#5c6f88" : "#9fb0c4" },
      showscale: bar,
      colorbar: { title: { text: "f(x, y)", side: "right" }, thickness: 10, outlinewidth: 0, ...heightTicks(surface) },
      hoverinfo: "skip",
    }
    const ranges = {
      xaxis: { ...layout.xaxis, range: [...surface.x] },
      yaxis: { ...layout.yaxis, range: [...surface.y] },
    }
    const drawn = { ...layout, ...ranges, ...whole, margin, font: theme.font }
    await Plotly.react(this.plot, [trace], drawn, { displayModeBar: false })
  }

  /** A canvas as fine as the screen. */
  sharpen() {
    const { clientWidth, clientHeight } = this.area
    this.ratio = Math.min(2, window.devicePixelRatio || 1)
    this.canvas.width = Math.round(clientWidth * this.ratio)
    this.canvas.height = Math.round(clientHeight * this.ratio)
  }

  place(x, y) {
    const { left, top, width, height } = this.frame
    const [[lowX, highX], [lowY, highY]] = [this.surface.x, this.surface.y]
    return [left + ((x - lowX) / (highX - lowX)) * width, top + (1 - (y - lowY) / (highY - lowY)) * height]
  }

  /** The paths up to this step; the one in `front` last and strong. */
  draw(paths, step, start, front) {
    const { ink, frame } = this
    if (!frame) return
    ink.setTransform(this.ratio, 0, 0, this.ratio, 0, 0)
    ink.clearRect(0, 0, this.canvas.width, this.canvas.height)
    ink.save()
    ink.beginPath()
    ink.rect(frame.left, frame.top, frame.width, frame.height)
    ink.clip()
    for (const minimum of this.surface.minima) this.star(...this.place(...minimum))
    for (const path of [...paths].sort((a, b) => (a.rule === front) - (b.rule === front))) {
      this.line(path, Math.min(step, path.steps), path.rule === front)
    }
    ink.restore()
    this.origin(...this.place(...start))
    for (const path of paths) this.head(path, Math.min(step, path.steps))
  }

  line({ points, colour }, last, front) {
    const { ink } = this
    ink.lineJoin = "round"
    ink.beginPath()
    for (let i = 0; i <= last; i++) {
      const [x, y] = this.place(points[2 * i], points[2 * i + 1])
      if (Number.isFinite(x) && Number.isFinite(y)) ink.lineTo(x, y)
    }
    ink.strokeStyle = this.halo
    ink.lineWidth = front ? 5 : 4
    ink.stroke()
    ink.strokeStyle = colour
    ink.lineWidth = front ? 3 : 2
    ink.stroke()
    if (last <= 60) this.dots(points, last, colour)
  }

  get halo() {
    return this.theme.dark ? "rgba(11, 16, 23, 0.7)" : "rgba(255, 255, 255, 0.8)"
  }

  dots(points, last, colour) {
    this.ink.fillStyle = colour
    for (let i = 1; i < last; i++) this.disc(...this.place(points[2 * i], points[2 * i + 1]), 2.5)
  }

  disc(x, y, radius) {
    this.ink.beginPath()
    this.ink.arc(x, y, radius, 0, 2 * Math.PI)
    this.ink.fill()
  }

  /** Where a path is; a cross on the edge where it has diverged. */
  head({ points, colour, steps, diverged }, at) {
    const { ink, frame } = this
    const [x, y] = this.place(points[2 * at], points[2 * at + 1])
    const gone = diverged !== null && at === steps
    const inside = (value, low, size) => Math.min(low + size, Math.max(low, value))
    if (!gone && (inside(x, frame.left, frame.width) !== x || inside(y, frame.top, frame.height) !== y)) return
    ink.strokeStyle = this.theme.dark ? "#0b1017" : "#ffffff"
    ink.fillStyle = colour
    ink.lineWidth = 2
    if (!gone) {
      this.disc(x, y, 5.5)
      ink.stroke()
      return
    }
    ink.strokeStyle = colour
    ink.lineWidth = 3
    const [atX, atY] = this.leaves(points, at)
    ink.beginPath()
    for (const sign of [-1, 1]) {
      ink.moveTo(atX - 5, atY - 5 * sign)
      ink.lineTo(atX + 5, atY + 5 * sign)
    }
    ink.stroke()
  }

  /** The last place of a path in the plot. */
  leaves(points, last) {
    const { frame } = this
    for (let i = last; i >= 0; i--) {
      const [x, y] = this.place(points[2 * i], points[2 * i + 1])
      const across = x >= frame.left && x <= frame.left + frame.width
      if (across && y >= frame.top && y <= frame.top + frame.height) return [x, y]
    }
    return [frame.left, frame.top]
  }

  origin(x, y) {
    const { ink, theme } = this
    ink.strokeStyle = theme.text
    ink.fillStyle = theme.dark ? "#0b1017" : "#ffffff"
    ink.lineWidth = 2
    this.disc(x, y, 6)
    ink.stroke()
    ink.fillStyle = theme.text
    this.disc(x, y, 2)
  }

  star(x, y) {
    const { ink } = this
    ink.beginPath()
    for (let i = 0; i < 10; i++) {
      const [angle, radius] = [(Math.PI * i) / 5 - Math.PI / 2, i % 2 ? 3.2 : 7.5]
      ink.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle))
    }
    ink.closePath()
    ink.fillStyle = this.theme.text
    ink.fill()
  }

  close(Plotly) {
    if (this.plot.on) Plotly.purge(this.plot)
  }
}
