// What medcore/web/descent.py answers: facts in JSON, then numbers.

/** The facts, and a function that takes the next numbers. */
function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true)
  const facts = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)))
  let at = 4 + length
  const take = (count) => {
    const floats = new Float64Array(buffer, at, count)
    at += 8 * count
    return floats
  }
  return { facts, take }
}

/** The facts of a surface, with `heights`: a list of rows from the lowest y. */
function readSurface(buffer) {
  const { facts, take } = unpack(buffer)
  const across = facts.cells + 1
  return { ...facts, heights: Array.from({ length: across }, () => take(across)) }
}

/** Of each rule {rule, steps, diverged, points, values, gradients, numbers}; of two columns x and y lie side by side. */
function readPaths(buffer) {
  const { facts, take } = unpack(buffer)
  return facts.map(({ rule, steps, diverged, numbers }) => ({
    rule,
    steps,
    diverged,
    points: take(2 * (steps + 1)),
    values: take(steps + 1),
    gradients: take(2 * steps),
    numbers: new Map(numbers.map(([name, columns]) => [name, { columns, series: take(columns * (steps + 1)) }])),
  }))
}

/** Asks one question at a time; of those that come up meanwhile only the last one. */
class Questions {
  constructor(url, read, on) {
    this.url = url
    this.read = read
    this.on = on
  }

  ask(query) {
    this.next = query
    if (!this.running) this.run()
  }

  async run() {
    this.running = true
    while (this.next && !this.closed) {
      const query = this.next
      this.next = null
      await this.fetch(query)
    }
    this.running = false
  }

  async fetch(query) {
    const address = new URL(this.url, document.baseURI)
    address.search = new URLSearchParams(query)
    let refusal
    try {
      const answer = await fetch(address)
      if (answer.ok) {
        const found = this.read(await answer.arrayBuffer())
        if (!this.closed) this.on.answer(found, query)
        return
      }
      refusal = await sentenceOf(answer)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      refusal = "The connection was lost: move any slider to try again."
    }
    if (!this.closed && !this.next) this.on.refusal(refusal)
  }

  close() {
    this.closed = true
  }
}

async function sentenceOf(answer) {
  try {
    return (await answer.json()).error
  } catch {
    return `The paths could not be had (${answer.status}): reload the page.`
  }
}
