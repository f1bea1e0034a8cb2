"""What the web server answers beside the pages: the metric stream, plotly.js, security headers."""

from medcore.web.assets import plotly_js
from medcore.web.feed import Feed
from medcore.web.headers import SecurityHeaders
from medcore.web.probes import QuietProbes
from medcore.web.shutdown import closed_on_exit
from medcore.web.stream import routes
from medcore.web.token import stream_url

__all__ = ["Feed", "QuietProbes", "SecurityHeaders", "closed_on_exit", "plotly_js", "routes", "stream_url"]
