"""The door for logs that this installation watches (C2SP tlog-witness). No account: a checkpoint is signed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ledger import cosigning


@csrf_exempt  # nobody's session is asked; what counts is the signature in the body
@require_POST
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    """Cosign a consistent checkpoint; the standard's status codes otherwise."""
    body = request.read(cosigning.LONGEST + 1)
    if len(body) > cosigning.LONGEST:
        return HttpResponse("the request is too long\n", status=413, content_type="text/plain; charset=utf-8")
    reply = cosigning.add_checkpoint(body)
    return HttpResponse(reply.text, status=reply.status, content_type=reply.kind)
