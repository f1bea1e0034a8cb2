// Steps that can be undone and done again: of each only the box that it changed, before and after.

const MOST_STEPS = 200
const MOST_BYTES = 64 * 2 ** 20

class History {
  constructor() {
    this.done = []
    this.undone = []
    this.bytes = 0
  }

  /** Before a step: what the mask is like. */
  begin(mask) {
    mask.stroke = null
    this.before = mask.classes.slice()
  }

  /** After it: whether anything is different. */
  end(mask) {
    const box = mask.stroke
    const before = this.before
    this.before = null
    if (!box || !before) return false
    const step = { box, after: mask.copy(box), before: new Mask(mask.columns, mask.rows, before).copy(box) }
    if (step.after.every((number, i) => number === step.before[i])) return false
    for (const { after } of this.undone) this.bytes -= 2 * after.length
    this.undone = []
    this.done.push(step)
    this.bytes += 2 * step.after.length
    while (this.done.length > MOST_STEPS || (this.bytes > MOST_BYTES && this.done.length > 1)) {
      this.bytes -= 2 * this.done.shift().after.length
    }
    return true
  }

  /** Gives up the step under way. */
  cancel(mask) {
    if (!this.before) return
    mask.classes.set(this.before)
    mask.fresh = union(mask.fresh, mask.stroke)
    this.before = null
  }

  undo(mask) {
    const step = this.done.pop()
    if (!step) return false
    mask.paste(step.box, step.before)
    this.undone.push(step)
    return true
  }

  redo(mask) {
    const step = this.undone.pop()
    if (!step) return false
    mask.paste(step.box, step.after)
    this.done.push(step)
    return true
  }
}
