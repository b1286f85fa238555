"""The online material desk's URLs on the partner site, for the page where a company answers a notice."""

from django.urls import path

from heedline.specialist_desks.material.pages.partner import company

urlpatterns = [path("n/<str:token>/", company.page, name="material-company")]
