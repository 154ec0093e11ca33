"""Addresses of the catalogue's pages."""

from django.urls import path

from catalog.pages import datasets, filings, home

urlpatterns = [
    path("", home.home, name="home"),
    path("datasets/", datasets.catalogue, name="datasets"),
    path("datasets/mine/", datasets.my_datasets, name="my-datasets"),
    path("datasets/register/", datasets.register_page, name="register"),
    path("datasets/<int:pk>/", datasets.dataset_page, name="dataset"),
    path("datasets/<int:pk>/files/<int:distribution>/", datasets.download, name="open-download"),
    path("codes/<str:code>/", datasets.resolve, name="code"),
    path("slips/<str:code>/", datasets.slip, name="slip"),
    path("filings/<int:pk>/", filings.filing_page, name="filing"),
    path("objections/<int:pk>/", filings.objection_page, name="objection"),
    path("notices/", filings.notices, name="notices"),
    path("notices/<int:pk>/", filings.notice_page, name="notice"),
]
