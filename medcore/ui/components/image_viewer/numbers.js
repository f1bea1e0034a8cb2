// Numbers as people read them.

/** A value with the digits that its image has: whole numbers whole, others with four that count. */
function digits(value, whole) {
  if (Number.isNaN(value)) return "not a number"
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "-infinite"
  if (whole) return String(Math.round(value))
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(3)
  return String(+value.toFixed(Math.max(0, 3 - Math.floor(Math.log10(Math.max(size, 1))))))
}

/** With one digit less than `digits` hides: for means and deviations. */
function fine(value, whole) {
  return whole && Number.isFinite(value) ? value.toFixed(1) : digits(value, false)
}

/** A length or an area: more digits where it is small. */
function extent(value) {
  return value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 1)
}

/** Whether the values of a slice are whole numbers. */
function isWhole({ dtype, slope, intercept }) {
  return dtype !== "float32" && Number.isInteger(slope) && Number.isInteger(intercept)
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value))
}

/** What a pixel says: where it is, its value or its channels, its class; nothing beside the slice. */
function pixelText(slice, [x, y], { unit, classes: names }) {
  const { columns, rows, samples, pixels, slope, intercept, classes } = slice
  if (x < 0 || y < 0 || x >= columns || y >= rows) return ""
  const at = y * columns + x
  const value =
    samples === 3
      ? `R ${pixels[3 * at]} G ${pixels[3 * at + 1]} B ${pixels[3 * at + 2]}`
      : `${digits(pixels[at] * slope + intercept, isWhole(slice))}${unit ? ` ${unit}` : ""}`
  const number = classes && classes[at]
  const name = number ? ` · ${names[number] ?? `class ${number}`}` : ""
  return `x ${x}  y ${y}   ${value}${name}`
}
