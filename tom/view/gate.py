"""Who may ask the page's server, and under which rules a browser shows what it sends.

The server listens on the loopback alone. That does not keep away pages of strangers in the same browser: one may send
requests there, and by rebinding its own name to 127.0.0.1 even read the answers. So what a request says of where it
comes from has to be the page itself.
"""

from collections.abc import Mapping

LONGEST_QUERY = 4000  # characters, percent-encoded
HERE = ("same-origin", "none")  # "none": an address that was typed, or opened from a terminal

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def refusal(environ: Mapping[str, str], port: int) -> tuple[int, str] | None:
    """The status and the reason why a request is refused, by what WSGI tells of it; None where it is not."""
    if environ.get("REQUEST_METHOD") != "GET":
        return 405, "this server answers GET alone"
    hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
    if environ.get("HTTP_HOST") not in hosts:
        return 403, "this server answers under its own address alone"
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and origin not in {f"http://{host}" for host in hosts}:
        return 403, "this server answers its own page alone"
    if environ.get("HTTP_SEC_FETCH_SITE", "none") not in HERE:
        return 403, "this server answers its own page alone"
    if len(environ.get("QUERY_STRING", "")) > LONGEST_QUERY:
        return 414, "the question is too long"
    return None
