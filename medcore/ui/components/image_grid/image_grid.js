// Images from raw pixels, one canvas a cell. Streamlit calls the default export again on every rerun: cells are
// built anew only when the bytes have changed, so that the focus stays where it is.

const shown = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".medcore-grid")
  const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength)
  const page = unpack(bytes)
  const same = shown.get(grid) === page.content
  shown.set(grid, page.content)
  grid.style.setProperty("--cell", `${page.header.cell_width}px`)
  if (!same) grid.replaceChildren(...page.header.cells.map((cell, i) => build(cell, i, page)))
  mark(grid, page.header.chosen)
  if (!page.header.choosable) return
  grid.onclick = (event) => {
    const cell = event.target.closest(".cell")
    if (!cell) return
    mark(grid, cell.dataset.id)
    setTriggerValue("chosen", cell.dataset.id)
  }
  grid.onkeydown = (event) => move(grid, event)
  grid.onfocusin = (event) => enter(grid, event.target.closest(".cell"))
}

/** <u32 header length><JSON header><uint8 images><uint8 masks> */
function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length))
  const header = JSON.parse(text)
  const pixels = bytes.subarray(4 + length)
  const { chosen, ...rest } = header
  return { header, pixels, content: JSON.stringify(rest) + checksum(pixels) }
}

/** FNV-1a: tells whether the pixels are those that are shown. */
function checksum(pixels) {
  let sum = 0x811c9dc5
  for (let i = 0; i < pixels.length; i++) sum = Math.imul(sum ^ pixels[i], 0x01000193)
  return sum >>> 0
}

function build(cell, number, page) {
  const { header } = page
  const element = document.createElement(header.choosable ? "button" : cell.link ? "a" : "div")
  element.className = "cell"
  if (element.tagName === "A") Object.assign(element, { href: cell.link, target: "_blank", rel: "noopener" })
  element.dataset.id = cell.id
  const words = [cell.title, cell.note].filter(Boolean)
  if (header.choosable) {
    element.type = "button"
    element.tabIndex = number ? -1 : 0
    element.setAttribute("aria-label", words.join(", "))
  }
  const title = line("title", cell.title)
  if (cell.colour) {
    const square = document.createElement("i")
    square.style.background = cell.colour
    title.prepend(square)
  }
  element.append(draw(number, page), title, line("note", cell.note))
  element.title = words.join("\n")
  return element
}

function line(name, text) {
  const element = document.createElement("span")
  element.className = name
  element.append(text)
  return element
}

function draw(number, { header, pixels }) {
  const { width, height, samples } = header
  const canvas = document.createElement("canvas")
  canvas.width = width
  canvas.height = height
  canvas.setAttribute("aria-hidden", "true")
  const image = new ImageData(width, height)
  const count = width * height
  const from = number * count * samples
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[from + i * samples + (samples === 3 ? c : 0)]
    image.data[4 * i + 3] = 255
  }
  if (header.mask) {
    const first = header.cells.length * count * samples + number * count
    outline(image, pixels.subarray(first, first + count), header.colours.map(rgb))
  }
  canvas.getContext("2d").putImageData(image, 0, 0)
  return canvas
}

/** Colours the border pixels of every class but 0. */
function outline({ data, width, height }, mask, colours) {
  const at = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : mask[y * width + x])
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const own = at(x, y)
      if (!own) continue
      const inside = at(x - 1, y) === own && at(x + 1, y) === own && at(x, y - 1) === own && at(x, y + 1) === own
      if (!inside) data.set(colours[own % colours.length], 4 * (y * width + x))
    }
  }
}

function rgb(colour) {
  return [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16))
}

function mark(grid, id) {
  for (const cell of grid.children) {
    if (cell.tagName === "BUTTON") cell.setAttribute("aria-pressed", String(cell.dataset.id === id))
  }
}

/** Arrows go from image to image, up and down by a row. */
function move(grid, event) {
  const cells = [...grid.children]
  const at = cells.indexOf(event.target.closest(".cell"))
  const columns = cells.filter((cell) => cell.offsetTop === cells[0].offsetTop).length
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns }[event.key]
  const target = { Home: 0, End: cells.length - 1 }[event.key] ?? to
  if (at < 0 || target === undefined) return
  event.preventDefault()
  cells[target]?.focus()
}

/** One cell at a time takes part in the order of Tab. */
function enter(grid, entered) {
  for (const cell of grid.children) cell.tabIndex = cell === entered ? 0 : -1
}
