"""Open data: anyone downloads it without a request; it is counted, without names."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from catalog import files
from catalog.models import Dataset, Distribution
from ledger.errors import NotFound, NotPermitted
from ledger.ranges import file_response


def open_download(request: HttpRequest, dataset: Dataset, distribution: str = "") -> HttpResponseBase:
    """Hand out a file of an open dataset.

    Raises:
        NotPermitted: the dataset is not open; says how to get it.
        NotFound: it has no such file.
    """
    if not dataset.is_open:
        raise NotPermitted(
            _("This dataset is not open to everybody."),
            code="not_open",
            remedy=_("Request access; the answer comes within the term shown on its page."),
        )
    found = file_of(dataset, distribution)
    if "Range" not in request.headers:
        Dataset.objects.filter(pk=dataset.pk).update(downloads=F("downloads") + 1)
    return send(request, found)


def file_of(dataset: Dataset, distribution: str = "") -> Distribution:
    """A kept file of a dataset, by number; the first one by default.

    Raises:
        NotFound: there is none.
    """
    kept = dataset.distributions.filter(kind=Distribution.Kind.FILE).exclude(checksum="")
    if distribution.isdigit():
        kept = kept.filter(pk=int(distribution[:18]))
    found = None if distribution and not distribution.isdigit() else kept.first()
    if found is None:
        raise NotFound(_("This dataset has no such file."))
    return found


def send(request: HttpRequest, distribution: Distribution) -> HttpResponseBase:
    """The kept file, range-capable."""
    ending = f".{distribution.format.lower()}" if distribution.format else ""
    name = distribution.title if distribution.title.lower().endswith(ending) else distribution.title + ending
    return file_response(
        request,
        files.path(distribution.checksum),
        name=name,
        media_type=distribution.media_type,
        sha256=distribution.checksum,
    )
