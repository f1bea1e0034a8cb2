// The update rule of one optimizer, line by line in symbols, and in the numbers of the step that led here.

class RuleTable {
  constructor(root, find) {
    this.root = root
    this.heading = find(".rule .heading")
    this.body = find(".rule tbody")
  }

  /** `options` by name; the numbers of step 0 are not there yet. */
  show(path, label, options, step) {
    if (path.rule !== this.rule) this.lay(path.rule)
    const at = Math.min(step, path.steps)
    const when = at ? `step ${at}` : "before the first step"
    this.heading.textContent = `${label}, ${when}`
    for (const { math, cells } of this.lines) {
      const numbers = math.dataset.numbers
      const shared = !/\{(w-?|gradient|decayed)\}/.test(numbers) && ![...tokens(numbers)].some((name) => columns(path, name) === 2)
      cells[0].colSpan = shared ? 2 : 1
      cells[1].hidden = shared
      cells.forEach((cell, axis) => {
        const text = at ? filled(numbers, (name) => this.value(name, path, options, at, axis)) : "–"
        if (cell.textContent !== text) cell.textContent = text
      })
    }
  }

  lay(rule) {
    this.rule = rule
    const template = this.root.querySelector(`template[data-rules~="${rule}"]`)
    this.lines = [...template.content.cloneNode(true).children].map((math) => {
      const row = document.createElement("tr")
      const head = document.createElement("th")
      head.scope = "row"
      head.append(math)
      row.append(head)
      return { math, row, cells: [row.insertCell(), row.insertCell()] }
    })
    this.lines.forEach(({ cells }) => cells.forEach((cell, axis) => (cell.dataset.axis = "xy"[axis])))
    this.body.replaceChildren(...this.lines.map(({ row }) => row))
  }

  value(name, path, options, at, axis) {
    if (name.startsWith("1-")) return 1 - this.value(name.slice(2), path, options, at, axis)
    if (name === "t") return at
    if (name === "gradient") return path.gradients[2 * (at - 1) + axis]
    const before = name.endsWith("-")
    const index = before ? at - 1 : at
    const plain = before ? name.slice(0, -1) : name
    if (plain === "w") return path.points[2 * index + axis]
    const found = path.numbers.get(plain)
    if (!found) return options[plain]
    return found.series[found.columns * index + (found.columns === 2 ? axis : 0)]
  }
}

function tokens(numbers) {
  return [...numbers.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name)
}

function columns(path, token) {
  return path.numbers.get(token.replace(/^1-|-$/g, ""))?.columns
}

/** The line with numbers for names; a negative one in brackets after a sign, a power raised. */
function filled(numbers, valueOf) {
  return numbers
    .replace(/\^\{t\}/g, () => [...String(valueOf("t"))].map((digit) => SUPERSCRIPTS[digit]).join(""))
    .replace(/(^|= |\(|)\{([^}]+)\}(²?)/g, (_, before, name, squared, offset) => {
      const text = inWords(valueOf(name))
      const first = offset === 0 || before !== ""
      const whole = squared ? /^[\d.]+$/.test(text) : first || !text.startsWith("−")
      return `${before}${whole ? text : `(${text})`}${squared}`
    })
}
