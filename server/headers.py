"""The headers on every answer, errors and redirects included."""

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, ETag, Location, Content-Location, Content-Profile, "
    "Memento-Datetime, Retry-After, X-Query-Timeout-Ms, X-Request-Id",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Datetime, Accept-Profile, Content-Type, "
    "If-None-Match, X-Request-Id",
    "Access-Control-Max-Age": "86400",
}
# The same as ASGI has them.
WIRE_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
REQUEST_ID = "X-Request-Id"
