"""Requests and responses of the server as Flask has them."""

from flask import Response as FlaskResponse
from flask import request

from server.headers import REQUEST_ID
from server.messages import Request, Response


def read_request() -> Request:
    """Return the request that Flask is answering."""
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in request.headers]
    own = (request.method, request.path, request.query_string, headers)
    return Request(*own, request.remote_addr or "", request.headers.get(REQUEST_ID, ""))


def give(made: Response) -> FlaskResponse:
    """Return `made` for Flask to send."""
    kind = made.content_type or None
    return FlaskResponse(made.body, made.status, made.headers, content_type=kind)
