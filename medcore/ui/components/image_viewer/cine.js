// The slices as a film, round and round.

class Cine {
  constructor(viewer) {
    this.viewer = viewer
  }

  get playing() {
    return this.frame !== undefined
  }

  start() {
    this.viewer.heading = 1
    this.due = performance.now() + this.period
    this.frame = requestAnimationFrame((now) => this.tick(now))
  }

  stop() {
    cancelAnimationFrame(this.frame)
    this.frame = undefined
  }

  /** Milliseconds a slice. */
  get period() {
    return 1000 / this.viewer.panel.rate
  }

  /** The next slice when its time has come; one that is not there yet is waited for. */
  tick(now) {
    this.frame = requestAnimationFrame((then) => this.tick(then))
    if (now < this.due || !this.viewer.settled) return
    this.due = Math.max(this.due + this.period, now)
    this.viewer.turnOn()
  }
}
