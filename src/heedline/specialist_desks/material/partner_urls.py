"""Routes of the online material desk on the partner process: the page on which a company answers a notice."""

from django.urls import path

from heedline.specialist_desks.material.pages.partner import company

urlpatterns = [path("n/<str:token>/", company.page, name="material-company")]
