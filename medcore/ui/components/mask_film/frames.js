// What networks said of the images, epoch by epoch: kept packed, and opened when it is looked at.

const MOST_OPEN = 32

class Frames {
  constructor() {
    this.packed = new Map()
    this.open = new Map()
  }

  /** @param {[string, Uint8Array][]} parts all there are now, by name */
  take(parts) {
    const before = this.packed.get("base")
    this.packed = new Map(parts)
    if (before && !same(before, this.packed.get("base"))) this.open.clear()
  }

  /** The bytes of a part. */
  async get(name) {
    const opened = this.open.get(name) ?? inflate(this.packed.get(name))
    this.open.delete(name)
    this.open.set(name, opened)
    while (this.open.size > MOST_OPEN) this.open.delete(this.open.keys().next().value)
    return opened
  }
}

function same(one, other) {
  return one.length === other.length && one.every((byte, i) => byte === other[i])
}

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
