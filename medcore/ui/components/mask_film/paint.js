// An image with a mask over it, pixel by pixel.

const OVER = 0.6
const HALF = 127.5

/**
 * @param {ImageData} target
 * @param {{samples: number, pixels: Uint8Array, truth: Uint8Array}} image
 * @param {{foreground: Uint8Array, classes: Uint8Array} | null} said null draws the truth alone
 * @param {{mode: string, colours: number[][], outcomes: Record<string, number[]>}} look
 */
function paint(target, image, said, look) {
  const { data, width, height } = target
  const outlined = !said || look.mode !== "outcome"
  for (let i = 0; i < width * height; i++) {
    const at = 4 * i
    for (let c = 0; c < 3; c++) data[at + c] = image.pixels[i * image.samples + (image.samples === 3 ? c : 0)]
    data[at + 3] = 255
    if (said) over(data, at, image.truth[i], said.foreground[i], said.classes[i], look)
  }
  // Where colours say what is right, those of the classes would be taken for that.
  const white = said || look.mode === "outcome"
  if (outlined) outline(data, width, height, image.truth, (own) => (white ? WHITE : look.colours[own]))
}

const WHITE = [255, 255, 255]

function over(data, at, truth, foreground, classes, { mode, colours, outcomes }) {
  const own = foreground > HALF ? classes : 0
  if (mode === "probability") return blend(data, at, colours[classes], (OVER * foreground) / 255)
  if (mode === "mask") return own && blend(data, at, colours[own], OVER)
  if (!own && !truth) return
  const outcome = own === truth ? "right" : !own ? "missed" : !truth ? "false" : "mixed"
  blend(data, at, outcomes[outcome], OVER)
}

function blend(data, at, colour, share) {
  for (let c = 0; c < 3; c++) data[at + c] += share * (colour[c] - data[at + c])
}

/** Colours the border pixels of every class but 0. */
function outline(data, width, height, mask, colour) {
  const at = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : mask[y * width + x])
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const own = at(x, y)
      if (!own) continue
      const inside = at(x - 1, y) === own && at(x + 1, y) === own && at(x, y - 1) === own && at(x, y + 1) === own
      if (!inside) data.set(colour(own), 4 * (y * width + x))
    }
  }
}

function rgb(colour) {
  return [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16))
}
