// A figure as a picture for a paper or a slide: on white, with dark text and its title.

const PAPER = "#ffffff"
const INK = "#1f2430"
const WIDTH = 1100 // px, of the drawing; a PNG has twice as many
const HEIGHT = 520 // px, of a figure that does not say
const TITLE = 56 // px above the figure
const ENTRY = 20 // px of a line of the legend
const FONT = "Arial, Helvetica, sans-serif"

/** The figure with everything readable outside of the page. */
function forPaper(figure, title) {
  const { data, layout } = structuredClone(figure)
  const font = { ...layout.font, color: INK, family: FONT }
  const template = layout.template ?? {}
  const margin = { l: 24, r: 24, t: 20, b: 24, ...layout.margin }
  if (layout.legend?.orientation === "h") {
    margin.t = 16
    layout.legend = { font: layout.legend.font, x: 1.02, xanchor: "left", y: 1, tracegroupgap: 2 }
  }
  Object.assign(layout, {
    width: WIDTH,
    height: Math.max(layout.height ?? HEIGHT, entries(data) * ENTRY) + TITLE,
    paper_bgcolor: PAPER,
    plot_bgcolor: PAPER,
    font,
    template: { ...template, layout: { ...template.layout, font: { ...template.layout?.font, ...font } } },
    margin: { ...margin, t: margin.t + TITLE, l: Math.max(margin.l, 24), r: Math.max(margin.r, 24) },
    title: { text: `<b>${escaped(title)}</b>`, x: 0.02, xanchor: "left", y: 1, yanchor: "top", pad: { t: 18 } },
  })
  layout.title.font = { size: 17, color: INK, family: FONT }
  return { data, layout }
}

/** Lines of the legend, which stands beside the chart and shows them all. */
function entries(data) {
  return new Set(data.filter((trace) => trace.showlegend !== false).map((trace) => trace.legendgroup ?? trace.name)).size
}

/** As text, not as Plotly's tags. */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
}

/** The bytes of a picture: format "png" or "svg". */
async function pictureOf(Plotly, figure, title, format) {
  const { data, layout } = forPaper(figure, title)
  const { width, height } = layout
  const options = { format, width, height, scale: format === "png" ? 2 : 1, imageDataOnly: true }
  const content = await Plotly.toImage({ data, layout, config: { staticPlot: true } }, options)
  if (format === "svg") return new Blob([content], { type: "image/svg+xml" })
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0))
  return new Blob([bytes], { type: "image/png" })
}
