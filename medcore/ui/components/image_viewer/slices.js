// The slices of medcore/web/slices.py: fetched, kept in memory up to a limit, and asked for before they are needed.

const LIMIT_BYTES = 256 * 2 ** 20
const AHEAD = 24 // slices asked for in the direction of travel
const BEHIND = 8
const PARALLEL = 3 // requests, and one more for the slice that is waited for; a browser has six for all of the page
const RETRY_MS = 2000

const ARRAYS = { uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array }

/** One slice from its bytes: the header's facts, `pixels`, their `bits` as unsigned numbers, and `classes` or null. */
function readSlice(buffer) {
  const length = new DataView(buffer).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)))
  const count = header.rows * header.columns
  const pixels = new ARRAYS[header.dtype](buffer, 4 + length, count * header.samples)
  const bits = header.dtype === "int16" ? new Uint16Array(buffer, pixels.byteOffset, pixels.length) : pixels
  const classes = header.mask ? new Uint8Array(buffer, pixels.byteOffset + pixels.byteLength, count) : null
  return { ...header, pixels, bits, classes, bytes: buffer.byteLength }
}

class Slices {
  /** `told` is called with nothing whenever more is known. */
  constructor(url, token, told) {
    this.address = new URL(url, document.baseURI)
    this.token = token
    this.told = told
    this.kept = new Map() // by name, the one used last at the end
    this.bytes = 0
    this.failed = new Map()
    this.running = new Map()
    this.later = new Map() // names that the server asked to come back for, and when
    this.problem = ""
    this.lost = ""
  }

  /** The slice, or undefined. */
  get(plane, index) {
    const name = nameOf(plane, index)
    const slice = this.kept.get(name)
    if (slice && this.kept.delete(name)) this.kept.set(name, slice)
    return slice
  }

  /** Why a slice cannot be shown, or undefined. */
  error(plane, index) {
    return this.lost || this.failed.get(nameOf(plane, index))
  }

  /** This slice now, and then its neighbours; `heading` is 1 or -1, `around` whether the last is followed by the first. */
  want(plane, index, heading, around) {
    this.wish = { plane, index, heading, around }
    this.fill()
  }

  /** Names by urgency. */
  wishes() {
    const { plane, index, heading, around } = this.wish
    const room = this.typical ? Math.floor(LIMIT_BYTES / this.typical) : AHEAD
    const names = [nameOf(plane.name, index)]
    const add = (place) => {
      if (around) place = (place + plane.slices) % plane.slices
      if (place >= 0 && place < plane.slices) names.push(nameOf(plane.name, place))
    }
    for (let i = 1; i <= Math.min(AHEAD, Math.floor(0.6 * room)); i++) {
      add(index + i * heading)
      if (i % 3 === 0 && i / 3 <= Math.min(BEHIND, 0.2 * room)) add(index - (i / 3) * heading)
    }
    return [...new Set(names)]
  }

  fill() {
    if (this.closed || this.lost || !this.wish) return
    const now = performance.now()
    const wishes = this.wishes()
    for (const [name, request] of this.running) if (!wishes.includes(name)) request.abort()
    const missing = wishes.filter((name) => !this.kept.has(name) && !this.failed.has(name))
    const due = missing.filter((name) => !this.running.has(name) && !(this.later.get(name) > now))
    for (const name of due) {
      const urgent = name === wishes[0]
      if (urgent && this.running.size > PARALLEL) this.drop(wishes)
      if (this.running.size >= PARALLEL + urgent) break
      this.load(name)
    }
    this.wake(missing, now)
  }

  /** Gives up the request that can wait longest. */
  drop(wishes) {
    const running = [...this.running.keys()].sort((a, b) => wishes.indexOf(a) - wishes.indexOf(b))
    this.running.get(running[running.length - 1]).abort()
  }

  /** Comes back when the first of those that the server put off is due. */
  wake(missing, now) {
    clearTimeout(this.timer)
    const times = missing.map((name) => this.later.get(name)).filter((time) => time > now)
    if (times.length) this.timer = setTimeout(() => this.fill(), Math.min(...times) - now + 1)
  }

  async load(name) {
    const request = new AbortController()
    this.running.set(name, request)
    request.signal.addEventListener("abort", () => this.running.delete(name))
    try {
      const answer = await fetch(this.of(name), {
        headers: { Authorization: `Bearer ${this.token}` },
        cache: "no-store",
        signal: request.signal,
      })
      if (answer.ok) this.keep(name, readSlice(await answer.arrayBuffer()))
      else await this.refused(name, answer)
      this.problem = ""
    } catch {
      if (request.signal.aborted) return
      this.problem = "The connection was lost. Trying again…"
      this.later.set(name, performance.now() + RETRY_MS)
    }
    this.running.delete(name)
    if (this.closed) return
    this.fill()
    this.told()
  }

  of(name) {
    const address = new URL(this.address)
    const [plane, index] = name.split("/")
    address.search = new URLSearchParams({ plane, index, mask: 1 })
    return address
  }

  async refused(name, answer) {
    if (answer.status === 503) {
      const seconds = Number(answer.headers.get("Retry-After")) || 1
      this.later.set(name, performance.now() + 1000 * seconds)
    } else if (answer.status === 401) {
      this.lost = "This image was closed; open it again."
      this.kept.clear()
    } else this.failed.set(name, await sentenceOf(answer))
  }

  /** Keeps a slice; those not used for longest go when there are too many. */
  keep(name, slice) {
    this.typical = slice.bytes
    this.kept.set(name, slice)
    this.bytes += slice.bytes
    for (const [other, { bytes }] of this.kept) {
      if (this.bytes <= LIMIT_BYTES) return
      if (other === name || other === nameOf(this.wish.plane.name, this.wish.index)) continue
      this.kept.delete(other)
      this.bytes -= bytes
    }
  }

  close() {
    this.closed = true
    clearTimeout(this.timer)
    for (const request of [...this.running.values()]) request.abort()
    this.kept.clear()
  }
}

function nameOf(plane, index) {
  return `${plane}/${index}`
}

async function sentenceOf(answer) {
  try {
    return (await answer.json()).error
  } catch (error) {
    if (error.name === "AbortError") throw error // given up while the sentence was still coming
    return `This slice could not be loaded (${answer.status}).`
  }
}
