// Steps through the paths.

class Player {
  /** `told` hears of every step and of playing and pausing. */
  constructor(find, told) {
    this.find = find
    this.told = told
    this.step = 0
    this.steps = 0
    this.playing = false
    this.scrubber = find(".scrubber")
    this.scrubber.oninput = () => this.to(+this.scrubber.value)
    for (const button of find(".player").querySelectorAll("[data-do]")) {
      button.onclick = () => this[button.dataset.do]()
    }
  }

  /** Other paths: who was at their end sees the end of these, too. */
  load(steps) {
    const ended = this.step === this.steps && !this.playing
    this.steps = steps
    this.step = ended ? steps : Math.min(this.step, steps)
    this.show()
  }

  to(step) {
    this.pause()
    this.jump(step)
  }

  jump(step) {
    this.step = Math.max(0, Math.min(this.steps, step))
    this.show()
    this.told()
  }

  back() {
    this.to(this.step - 1)
  }

  forth() {
    this.to(this.step + 1)
  }

  rewind() {
    this.to(0)
  }

  end() {
    this.to(this.steps)
  }

  toggle() {
    if (this.playing) this.pause()
    else this.play()
  }

  play() {
    if (this.step === this.steps) this.step = 0
    this.playing = true
    this.origin = undefined
    this.frame = requestAnimationFrame((now) => this.tick(now))
    this.show()
  }

  pause() {
    this.playing = false
    cancelAnimationFrame(this.frame)
    this.show()
  }

  /** As many steps as are due since the last one; another speed counts from then on. */
  tick(now) {
    const rate = +this.find(".speed").value
    this.origin ??= now
    const due = Math.floor(((now - this.origin) * rate) / 1000)
    if (due) {
      this.origin += (due * 1000) / rate
      this.jump(this.step + due)
    }
    if (this.step === this.steps) this.pause()
    else this.frame = requestAnimationFrame((later) => this.tick(later))
  }

  show() {
    this.scrubber.max = this.steps
    this.scrubber.value = this.step
    this.scrubber.setAttribute("aria-valuetext", `Step ${this.step} of ${this.steps}`)
    this.find(".count").textContent = `${this.step} / ${this.steps}`
    const play = this.find(".play")
    play.classList.toggle("playing", this.playing)
    play.setAttribute("aria-label", this.playing ? "Pause" : "Play")
  }

  close() {
    cancelAnimationFrame(this.frame)
  }
}
