"""The addresses of the API, made from the nouns every floor registered."""

from collections.abc import Iterator

from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from ledger.api import nouns
from ledger.api.nouns import Noun, Place
from ledger.api.views import NounViewSet, Nowhere, ProblemKind, Root, SchemaOfCommand


def of_noun(noun: Noun) -> Iterator[URLPattern]:
    """Collection, creating commands, object, its commands and reads. No PUT, no PATCH, no DELETE."""
    view = NounViewSet.as_view
    first, *others = [*noun.creates] or [""]
    made = {"post": "create"} if first else {}
    yield path(f"{noun.name}/", view({"get": "list", **made}, noun=noun, command_name=first), name=noun.name)
    for name in others:
        yield path(
            f"{noun.name}/{name}/",
            view({"post": "create"}, noun=noun, command_name=name),
            name=f"{noun.name}.{name}",
        )
    below = f"{noun.name}/<str:pk>/"
    yield path(below, view({"get": "retrieve"}, noun=noun), name=f"{noun.name}.object")
    yield path(f"{below}why-not/", view({"get": "why_not"}, noun=noun), name=f"{noun.name}.why-not")
    for name in noun.commands:
        yield path(
            f"{below}{name}/", view({"post": "act"}, noun=noun, command_name=name), name=f"{noun.name}.{name}"
        )
    for name in noun.reads:
        yield path(
            f"{below}{name}/", view({"get": "read"}, noun=noun, command_name=name), name=f"{noun.name}.{name}"
        )


def of_place(place: Place) -> Iterator[URLPattern]:
    """A place, and what it has below it."""
    yield path(f"{place.name}/", place.view.as_view(), name=place.name)
    for name, view in place.posts.items():
        yield path(f"{place.name}/{name}/", view.as_view(), name=f"{place.name}.{name}")
    if place.detail:
        yield path(f"{place.name}/<str:pk>/", place.detail.as_view(), name=f"{place.name}.object")


def version_1() -> Iterator[URLPattern]:
    """Everything below /api/v1/."""
    yield path("", Root.as_view(), name="root")
    yield path("schemas/<str:name>/", SchemaOfCommand.as_view(), name="schema-of-command")
    yield path("problems/<str:kind>/", ProblemKind.as_view(), name="problem-kind")
    for noun in nouns.all_nouns():
        yield from of_noun(noun)
    for place in nouns.PLACES.values():
        yield from of_place(place)


app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="openapi"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:openapi", template_name="ledger/api_docs.html"),
        name="docs",
    ),
    *[path(f"v1/{found.pattern}", found.callback, name=found.name) for found in version_1()],
    re_path(r"^.*$", Nowhere.as_view()),
]
