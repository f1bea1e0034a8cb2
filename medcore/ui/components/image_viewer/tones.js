// From stored values to what the eye sees: rescale, window, inversion. Mirrors no file of Python: only here are
// pixels painted.

const LEVELS = 256

/** What a window makes of a value, 0 to 255: black up to centre - width / 2, white from centre + width / 2, a
 * straight line between (DICOM PS3.3 C.11.2.1.3.2, LINEAR_EXACT). A value that is not a number is black. */
function level(value, { centre, width }) {
  const share = (value - centre) / width + 0.5
  return share > 0 ? (share < 1 ? Math.floor(255 * share + 0.5) : 255) : 0
}

/** The opaque grey of each level, as the canvas keeps it. */
function greys(inverted) {
  return Uint32Array.from({ length: LEVELS }, (_, i) => {
    const grey = inverted ? 255 - i : i
    return (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0
  })
}

/** The colour of every value that 8 or 16 bits can store, by its bits. */
function table({ dtype, slope, intercept }, window) {
  const shades = greys(window.inverted)
  const entries = new Uint32Array(dtype === "uint8" ? 256 : 65536)
  for (let bits = 0; bits < entries.length; bits++) {
    const stored = dtype === "int16" && bits > 32767 ? bits - 65536 : bits
    entries[bits] = shades[level(stored * slope + intercept, window)]
  }
  return entries
}

/** Paints a slice into the 32-bit pixels of a canvas image. */
class Painter {
  paint(slice, window, out) {
    if (slice.samples === 3) this.colours(slice, window, out)
    else if (slice.dtype === "float32") this.floats(slice, window, out)
    else this.integers(slice, window, out)
  }

  integers(slice, window, out) {
    const bits = slice.bits
    const colours = this.table(slice, window)
    for (let i = 0; i < bits.length; i++) out[i] = colours[bits[i]]
  }

  floats({ pixels, slope, intercept }, window, out) {
    const shades = greys(window.inverted)
    for (let i = 0; i < pixels.length; i++) out[i] = shades[level(pixels[i] * slope + intercept, window)]
  }

  /** Brightness and contrast: the window goes over each channel. */
  colours(slice, window, out) {
    const { pixels } = slice
    const tones = this.table(slice, window).map((colour) => colour & 255)
    for (let i = 0, p = 0; i < out.length; i++, p += 3) {
      out[i] = 0xff000000 | (tones[pixels[p + 2]] << 16) | (tones[pixels[p + 1]] << 8) | tones[pixels[p]]
    }
  }

  /** The table of the last slice, if it holds for this one. */
  table(slice, { centre, width, inverted }) {
    const name = [slice.dtype, slice.slope, slice.intercept, centre, width, inverted].join()
    if (name !== this.name) {
      this.entries = table(slice, { centre, width, inverted })
      this.name = name
    }
    return this.entries
  }
}

const SAMPLE = 65536
const DARKEST = 0.005
const BRIGHTEST = 0.998 // of most slices half is air: a lower one would make the brightest tissue plain white

/** The window between two percentiles of a slice, from at most about 65,536 of its pixels. */
function percentileWindow({ pixels, slope, intercept, samples }) {
  if (samples === 3) return { centre: 127.5, width: 255 }
  const stride = Math.max(1, Math.floor(pixels.length / SAMPLE))
  const values = new Float64Array(Math.ceil(pixels.length / stride))
  for (let i = 0; i < values.length; i++) values[i] = pixels[i * stride] * slope + intercept
  const known = values.filter(Number.isFinite).sort()
  if (!known.length) return { centre: 0.5, width: 1 }
  const at = (share) => known[Math.round(share * (known.length - 1))]
  const [low, high] = at(BRIGHTEST) > at(DARKEST) ? [at(DARKEST), at(BRIGHTEST)] : [known[0], known[known.length - 1]]
  return high > low ? { centre: (low + high) / 2, width: high - low } : { centre: low, width: 1 }
}
