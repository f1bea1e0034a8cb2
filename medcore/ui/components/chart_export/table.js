// A figure's traces as one table: a row a point, or a row a cell of a grid.

const COLUMNS = ["series", "quantity", "x", "y", "z", "low", "high"]

/** What people read, without the tags of Plotly. */
function plainText(text) {
  return String(text ?? "").replace(/<br\s*\/?>/g, " ").replace(/<[^>]*>/g, "").trim()
}

/** Whether a trace's values lie along x: bars that lie, and intervals. */
function lies(trace) {
  return trace.orientation === "h" || Boolean(trace.error_x && !trace.error_y)
}

/** Title of the axis that a trace's values stand on. */
function quantityOf(trace, layout) {
  const name = (letter, id) => `${letter}axis${(id ?? "").slice(1)}`
  const axis = trace.scene || trace.type === "surface" || trace.type === "scatter3d"
    ? layout[trace.scene ?? "scene"]?.zaxis
    : layout[lies(trace) ? name("x", trace.xaxis) : name("y", trace.yaxis)]
  return plainText(trace.colorbar?.title?.text ?? axis?.title?.text)
}

/** Ends of the error bar of each value, if there are any. */
function errorEnds(values, error) {
  const above = listed(error?.array)
  if (!above || error.visible === false) return [undefined, undefined]
  const below = error.symmetric === false || error.arrayminus ? listed(error.arrayminus) ?? above : above
  return [values.map((value, i) => value - below[i]), values.map((value, i) => value + above[i])]
}

function* pointRows(trace, common) {
  const [x, y, z] = [trace.x, trace.y, trace.z].map(listed)
  const [low, high] = lies(trace) ? errorEnds(x ?? [], trace.error_x) : errorEnds(y ?? [], trace.error_y)
  const count = Math.max(...[x, y, z].map((values) => values?.length ?? 0))
  for (let i = 0; i < count; i++) {
    yield { ...common, x: x ? x[i] : i, y: y ? y[i] : i, z: z?.[i], low: low?.[i], high: high?.[i] }
  }
}

function* gridRows(trace, common) {
  const [x, y, z] = [trace.x, trace.y, trace.z].map(listed)
  const at = (values, row, column, own) => (Array.isArray(values?.[0]) ? values[row][column] : values?.[own] ?? own)
  for (let row = 0; row < z.length; row++) {
    for (let column = 0; column < z[row].length; column++) {
      yield { ...common, x: at(x, row, column, column), y: at(y, row, column, row), z: z[row][column] }
    }
  }
}

/** Text in quotes where it needs them; nothing for a gap. */
function cell(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return ""
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The figure as CSV; columns without any value are left out. */
function csvOf({ data, layout }) {
  const rows = []
  data.forEach((trace, i) => {
    const common = { series: plainText(trace.name) || `trace ${i + 1}`, quantity: quantityOf(trace, layout) }
    const grid = Array.isArray(listed(trace.z)?.[0])
    rows.push(...(grid ? gridRows : pointRows)(trace, common))
  })
  const used = COLUMNS.filter((column) => rows.some((row) => cell(row[column]) !== ""))
  const lines = [used, ...rows.map((row) => used.map((column) => row[column]))]
  return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n"
}
