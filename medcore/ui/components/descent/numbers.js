// Numbers for people: four digits, a real minus, powers of ten.

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"

/** The number in `digits` digits, or in words what it is instead. */
function inWords(value, digits = 4) {
  if (Number.isNaN(value)) return "–"
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞"
  const size = Math.abs(value)
  if (size && (size < 1e-4 || size >= 1e5)) return withPower(value, digits)
  return String(+value.toPrecision(digits)).replace("-", "−")
}

function withPower(value, digits) {
  const [factor, power] = value.toExponential(digits - 1).split("e")
  const raised = [...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[digit]).join("")
  const sign = power < 0 ? "⁻" : ""
  const times = +factor === 1 ? "" : `${String(+factor).replace("-", "−")}·`
  return `${times}10${sign}${raised}`
}
