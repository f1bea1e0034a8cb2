// The metric stream of medcore/web/stream.py as an EventSource that neither repeats nor gives up.

const QUIET_MS = 1000 // a shorter interruption is not worth a word
const RETRY_MS = 3000
const HIDDEN_MS = 20000 // a tab out of sight for longer gives its connection back

/** The stream of some runs, from where it was, through lost connections and restarts of the server. */
class Stream {
  constructor(on) {
    this.on = on
    this.position = ""
    this.closed = false
    this.visibility = () => this.seen()
    document.addEventListener("visibilitychange", this.visibility)
  }

  connect(url) {
    this.url = url
    const address = new URL(url, document.baseURI)
    if (this.position) address.searchParams.set("after", this.position)
    const source = new EventSource(address)
    this.source = source
    source.onerror = () => this.lost(source, address)
    source.addEventListener("state", (event) => {
      this.quiet()
      this.on.state(JSON.parse(event.data))
    })
    source.addEventListener("problem", (event) => this.say(JSON.parse(event.data)))
    source.addEventListener("rows", (event) => {
      this.position = event.lastEventId
      this.on.rows(JSON.parse(event.data))
    })
    source.addEventListener("end", () => {
      this.close()
      this.on.end()
    })
  }

  lost(source, address) {
    if (!this.waiting && !this.said) this.waiting = setTimeout(() => this.say("Connection lost. Reconnecting…"), QUIET_MS)
    if (source.readyState !== EventSource.CLOSED || this.closed) return // else the browser reconnects by itself
    this.explain(address)
    this.retry = setTimeout(() => this.connect(this.url), RETRY_MS)
  }

  /** An EventSource that was refused does not say why; the answer to a plain request does. */
  async explain(address) {
    const abort = new AbortController()
    try {
      const answer = await fetch(address, { signal: abort.signal })
      if (!answer.ok) this.say(await answer.text())
    } catch {
      // Not reachable: the notice already says so.
    } finally {
      abort.abort()
    }
  }

  say(sentence) {
    clearTimeout(this.waiting)
    this.waiting = 0
    this.said = true
    if (!this.closed) this.on.notice(sentence)
  }

  quiet() {
    clearTimeout(this.waiting)
    this.waiting = 0
    this.said = false
    this.on.notice("")
  }

  seen() {
    clearTimeout(this.hidden)
    if (document.hidden) this.hidden = setTimeout(() => this.pause(), HIDDEN_MS)
    else if (this.paused && !this.closed) {
      this.paused = false
      this.connect(this.url)
    }
  }

  pause() {
    this.paused = true
    clearTimeout(this.retry)
    this.source.close()
  }

  close() {
    this.quiet()
    this.closed = true
    document.removeEventListener("visibilitychange", this.visibility)
    clearTimeout(this.hidden)
    clearTimeout(this.retry)
    this.source?.close()
  }
}
