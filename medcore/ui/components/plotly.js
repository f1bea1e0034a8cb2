// plotly.js for every component that draws: whoever comes first loads it, from this server.

/** plotly.js, loaded once a page. */
function loadPlotly(address) {
  window.medcorePlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = address
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => {
      window.medcorePlotly = undefined
      reject(new Error("The chart library could not be loaded: reload the page."))
    }
    document.head.append(script)
  })
  return window.medcorePlotly
}
